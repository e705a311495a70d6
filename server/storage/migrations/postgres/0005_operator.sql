-- The operator: who they are, what only they give, what is asked of them, and what they did.

-- Closed for everybody but the operator since then; nothing is forgotten.
alter table organizations add column suspended_at timestamptz;
-- How many members may be active; null: as many as there are.
alter table organizations add column member_limit bigint;
-- A removed person's row stays, without anything that opens: what they gave and made names it.
alter table users add column removed_at timestamptz;
-- Made in the cluster by somebody else, and given to this organization by the operator.
alter table namespaces add column adopted_at timestamptz;

-- Null: until somebody takes it away.
alter table grants add column ends_at timestamptz;
alter table token_grants add column ends_at timestamptz;
create index grants_by_end on grants (ends_at) where ends_at is not null;
create index token_grants_by_end on token_grants (ends_at) where ends_at is not null;

-- What no admin gives. A table of its own, so that nothing that hands ticks on can ever hand on one of these.
create table withheld_grants (
    id uuid not null primary key,
    organization_id uuid not null references organizations (id),
    namespace_id uuid not null references namespaces (id),
    -- One of the two.
    member_id uuid references members (id),
    token_id uuid references tokens (id),
    permission text not null,
    -- As it was then: the operator at a command line has no account.
    granted_by text not null,
    granted_at timestamptz not null,
    ends_at timestamptz
);
create unique index withheld_grants_of_member on withheld_grants (member_id, namespace_id, permission) where member_id is not null;
create unique index withheld_grants_of_token on withheld_grants (token_id, namespace_id, permission) where token_id is not null;
create index withheld_grants_by_organization on withheld_grants (organization_id);
create index withheld_grants_by_namespace on withheld_grants (namespace_id);
create index withheld_grants_by_end on withheld_grants (ends_at) where ends_at is not null;

-- People who run the installation. Being one makes nobody a member of anything.
create table operators (
    user_id uuid not null primary key references users (id),
    added_by text not null,
    added_at timestamptz not null
);

-- What the operator's programs bring. SHA-256 of the secret alone; null once it is ended.
create table operator_credentials (
    id uuid not null primary key,
    name text not null,
    secret_hash bytea unique,
    made_by text not null,
    -- Whose way to act it is, too; null: made at a command line, or by another program.
    maker_id uuid references users (id),
    made_at timestamptz not null,
    ended_at timestamptz
);

create table requests (
    id uuid not null primary key,
    organization_id uuid not null references organizations (id),
    -- The wish as JSON, with the names as they were then.
    wish text not null,
    kind text not null,
    reason text not null,
    requested_by uuid not null references users (id),
    requested_at timestamptz not null,
    -- Null while it waits; then approved, declined or withdrawn.
    outcome text,
    decided_by text,
    decided_at timestamptz,
    note text
);
create index requests_by_organization on requests (organization_id, requested_at, id);
create index requests_by_time on requests (requested_at, id);
create index requests_waiting on requests (requested_at, id) where outcome is null;

-- What operators did to the installation as a whole; what they did to an organization stands in its own log.
create table operator_activity (
    id uuid not null primary key,
    at timestamptz not null,
    actor_name text not null,
    event text not null,
    ip text,
    user_agent text
);
create index operator_activity_by_time on operator_activity (at, id);
create index activity_of_operators on activity (at, organization_id, version, ordinal) where actor_kind = 'operator';

-- What an operator decided while the program runs; one row a name.
create table installation_settings (
    name text not null primary key,
    value text not null
);

-- The operator's queue of mail, the newest trouble first.
create index outbox_waiting on outbox (created_at, id) where sent_at is null;
