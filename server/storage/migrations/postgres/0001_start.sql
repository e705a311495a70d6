-- People, organizations and what each may do. The same tables stand in the other database's folder; a test compares them.

create table users (
    id uuid not null primary key,
    email text collate "C" not null unique,
    first_name text not null,
    last_name text not null,
    password_hash text not null,
    created_at timestamptz not null
);

create table organizations (
    id uuid not null primary key,
    slug text not null unique,
    name text not null,
    founder_id uuid not null references users (id),
    -- Raised by every write: the lock, the position in the activity log, the controller's cursor.
    version bigint not null,
    namespace_limit bigint not null,
    -- Kept here so that a page knows its true total without counting ten thousand rows.
    members_active bigint not null,
    members_deactivated bigint not null,
    invitations_pending bigint not null,
    created_at timestamptz not null
);

create table members (
    id uuid not null primary key,
    organization_id uuid not null references organizations (id),
    user_id uuid not null references users (id),
    -- The user's own, repeated so that an index can sort and a page can seek by it.
    email text collate "C" not null,
    -- Email and names in lower case: what the search box looks in.
    search text not null,
    role text not null,
    status text not null,
    invited_by uuid references users (id),
    -- The organization's version when this member last changed.
    version bigint not null,
    joined_at timestamptz not null,
    unique (organization_id, user_id)
);
create index members_by_email on members (organization_id, email, id);
create index members_by_status on members (organization_id, status, email, id);
create index members_by_user on members (user_id, status);
create index members_admins on members (organization_id, status) where role = 'admin';

create table namespaces (
    id uuid not null primary key,
    organization_id uuid not null references organizations (id),
    label text collate "C" not null,
    name text collate "C" not null unique,
    created_by uuid not null references users (id),
    created_at timestamptz not null,
    unique (organization_id, label)
);

-- A tick: this member has every permission that an admin may give, in this namespace.
create table grants (
    member_id uuid not null references members (id),
    namespace_id uuid not null references namespaces (id),
    granted_by uuid not null references users (id),
    granted_at timestamptz not null,
    primary key (member_id, namespace_id)
);
create index grants_by_namespace on grants (namespace_id);

create table invitations (
    id uuid not null primary key,
    organization_id uuid not null references organizations (id),
    email text collate "C" not null,
    invited_by uuid not null references users (id),
    -- With the server's key this makes the link; the link itself is stored nowhere.
    nonce bytea not null,
    state text not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    accepted_by uuid references users (id),
    version bigint not null
);
create unique index invitations_pending on invitations (organization_id, email) where state = 'pending';

create table invitation_namespaces (
    invitation_id uuid not null references invitations (id),
    namespace_id uuid not null references namespaces (id),
    primary key (invitation_id, namespace_id)
);

create table sessions (
    id uuid not null primary key,
    -- SHA-256 of the cookie's value: a copy of this table signs nobody in.
    token_hash bytea not null unique,
    user_id uuid not null references users (id),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    ip text,
    user_agent text
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_age on sessions (last_seen_at);

-- A sign-up waits here until its address is proved; until then there is no user.
create table sign_ups (
    id uuid not null primary key,
    email text not null,
    first_name text not null,
    last_name text not null,
    organization_name text not null,
    password_hash text not null,
    nonce bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sign_ups_by_expiry on sign_ups (expires_at);

create table password_resets (
    id uuid not null primary key,
    user_id uuid not null references users (id),
    nonce bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index password_resets_by_user on password_resets (user_id);
create index password_resets_by_expiry on password_resets (expires_at);

create table outbox (
    id uuid not null primary key,
    invitation_id uuid references invitations (id),
    recipient text not null,
    -- The letter as JSON: ids, no links and no secrets.
    letter text not null,
    created_at timestamptz not null,
    next_attempt_at timestamptz not null,
    leased_until timestamptz,
    attempts bigint not null,
    last_error text,
    sent_at timestamptz,
    given_up_at timestamptz
);
create index outbox_due on outbox (next_attempt_at) where sent_at is null and given_up_at is null;
create index outbox_by_invitation on outbox (invitation_id) where sent_at is null;

create table activity (
    organization_id uuid not null references organizations (id),
    version bigint not null,
    ordinal bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id uuid,
    -- As it was then: the log must read the same when the person is gone.
    actor_name text not null,
    code text not null,
    event text not null,
    ip text,
    user_agent text,
    primary key (organization_id, version, ordinal)
);
create index activity_by_actor on activity (organization_id, actor_name, version, ordinal);
create index activity_by_code on activity (organization_id, code, version, ordinal);

create table account_activity (
    id uuid not null primary key,
    user_id uuid,
    at timestamptz not null,
    code text not null,
    ip text,
    user_agent text
);
create index account_activity_by_user on account_activity (user_id, at);

-- How often something was tried in a window of time, shared by all replicas.
create table attempts (
    key text not null primary key,
    window_started_at timestamptz not null,
    count bigint not null
);
create index attempts_by_age on attempts (window_started_at);
