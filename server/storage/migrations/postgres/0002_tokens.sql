-- API access tokens: an organization's own, whoever made them.

create table tokens (
    id uuid not null primary key,
    organization_id uuid not null references organizations (id),
    name text,
    -- SHA-256 of the secret: a copy of this table opens nothing. Null once the token is removed, so that nothing can match;
    -- the row stays, for what it gave.
    secret_hash bytea unique,
    -- What may be shown of the secret.
    prefix text not null,
    last_four text not null,
    may_members boolean not null,
    may_invitations boolean not null,
    may_grants boolean not null,
    created_by uuid not null references users (id),
    -- The organization's version when this token last changed.
    version bigint not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    -- When the admins were told that it ends soon.
    reminded_at timestamptz,
    removed_at timestamptz
);
-- With the end, so that they are counted in the index alone.
create index tokens_by_organization on tokens (organization_id, created_at, id, expires_at) where removed_at is null;
create index tokens_by_creator on tokens (organization_id, created_by, created_at, id) where removed_at is null;
create index tokens_by_end on tokens (expires_at) where removed_at is null;

create table token_grants (
    token_id uuid not null references tokens (id),
    namespace_id uuid not null references namespaces (id),
    granted_by uuid not null references users (id),
    granted_at timestamptz not null,
    primary key (token_id, namespace_id)
);
create index token_grants_by_namespace on token_grants (namespace_id);

-- Whoever gave something through a token: `invited_by` and `granted_by` then name the token's maker.
alter table members add column invited_by_token uuid references tokens (id);
alter table invitations add column invited_by_token uuid references tokens (id);
alter table grants add column granted_by_token uuid references tokens (id);
