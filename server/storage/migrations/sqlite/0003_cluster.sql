-- How far the cluster has followed each organization, and what it was found to differ in.

create table cluster_states (
    organization_id blob not null primary key references organizations (id),
    -- The organization's version that the cluster last agreed with.
    applied_version integer not null,
    applied_at integer not null,
    -- Why the cluster does not follow at present, and since when.
    trouble text,
    trouble_since integer,
    -- A plan that would delete this many of so many bindings waits until the operator confirms it.
    held_deletions integer,
    held_of integer,
    confirmed integer not null
) strict;

-- Bindings that the cluster does not take; one that is fine has no row.
create table binding_troubles (
    organization_id blob not null references organizations (id),
    namespace text not null,
    name text not null,
    reason text not null,
    since integer not null,
    primary key (organization_id, namespace, name)
) strict;

-- What was found different in the cluster, and what was done about it.
create table drifts (
    id blob not null primary key,
    organization_id blob not null references organizations (id),
    namespace text not null,
    name text not null,
    what text not null,
    -- The field manager that the API server says changed it last.
    changed_by text,
    done text not null,
    at integer not null
) strict;
create index drifts_by_organization on drifts (organization_id, at, id);
create index drifts_by_age on drifts (at);

-- One row: whether the API server answers.
create table cluster_connections (
    name text not null primary key,
    connected integer not null,
    since integer not null,
    server_version text
) strict;

-- When the cluster had let go of a deactivated member.
alter table members add column withdrawn_at integer;
