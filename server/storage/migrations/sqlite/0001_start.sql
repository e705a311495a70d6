-- People, organizations and what each may do. The same tables stand in the other database's folder; a test compares them.

create table users (
    id blob not null primary key,
    email text not null unique,
    first_name text not null,
    last_name text not null,
    password_hash text not null,
    created_at integer not null
) strict;

create table organizations (
    id blob not null primary key,
    slug text not null unique,
    name text not null,
    founder_id blob not null references users (id),
    -- Raised by every write: the lock, the position in the activity log, the controller's cursor.
    version integer not null,
    namespace_limit integer not null,
    -- Kept here so that a page knows its true total without counting ten thousand rows.
    members_active integer not null,
    members_deactivated integer not null,
    invitations_pending integer not null,
    created_at integer not null
) strict;

create table members (
    id blob not null primary key,
    organization_id blob not null references organizations (id),
    user_id blob not null references users (id),
    -- The user's own, repeated so that an index can sort and a page can seek by it.
    email text not null,
    -- Email and names in lower case: what the search box looks in.
    search text not null,
    role text not null,
    status text not null,
    invited_by blob references users (id),
    -- The organization's version when this member last changed.
    version integer not null,
    joined_at integer not null,
    unique (organization_id, user_id)
) strict;
create index members_by_email on members (organization_id, email, id);
create index members_by_status on members (organization_id, status, email, id);
create index members_by_user on members (user_id, status);
create index members_admins on members (organization_id, status) where role = 'admin';

create table namespaces (
    id blob not null primary key,
    organization_id blob not null references organizations (id),
    label text not null,
    name text not null unique,
    created_by blob not null references users (id),
    created_at integer not null,
    unique (organization_id, label)
) strict;

-- A tick: this member has every permission that an admin may give, in this namespace.
create table grants (
    member_id blob not null references members (id),
    namespace_id blob not null references namespaces (id),
    granted_by blob not null references users (id),
    granted_at integer not null,
    primary key (member_id, namespace_id)
) strict;
create index grants_by_namespace on grants (namespace_id);

create table invitations (
    id blob not null primary key,
    organization_id blob not null references organizations (id),
    email text not null,
    invited_by blob not null references users (id),
    -- With the server's key this makes the link; the link itself is stored nowhere.
    nonce blob not null,
    state text not null,
    sent_at integer not null,
    expires_at integer not null,
    ended_at integer,
    accepted_by blob references users (id),
    version integer not null
) strict;
create unique index invitations_pending on invitations (organization_id, email) where state = 'pending';

create table invitation_namespaces (
    invitation_id blob not null references invitations (id),
    namespace_id blob not null references namespaces (id),
    primary key (invitation_id, namespace_id)
) strict;

create table sessions (
    id blob not null primary key,
    -- SHA-256 of the cookie's value: a copy of this table signs nobody in.
    token_hash blob not null unique,
    user_id blob not null references users (id),
    created_at integer not null,
    last_seen_at integer not null,
    ip text,
    user_agent text
) strict;
create index sessions_by_user on sessions (user_id);
create index sessions_by_age on sessions (last_seen_at);

-- A sign-up waits here until its address is proved; until then there is no user.
create table sign_ups (
    id blob not null primary key,
    email text not null,
    first_name text not null,
    last_name text not null,
    organization_name text not null,
    password_hash text not null,
    nonce blob not null,
    created_at integer not null,
    expires_at integer not null
) strict;
create index sign_ups_by_expiry on sign_ups (expires_at);

create table password_resets (
    id blob not null primary key,
    user_id blob not null references users (id),
    nonce blob not null,
    created_at integer not null,
    expires_at integer not null
) strict;
create index password_resets_by_user on password_resets (user_id);
create index password_resets_by_expiry on password_resets (expires_at);

create table outbox (
    id blob not null primary key,
    invitation_id blob references invitations (id),
    recipient text not null,
    -- The letter as JSON: ids, no links and no secrets.
    letter text not null,
    created_at integer not null,
    next_attempt_at integer not null,
    leased_until integer,
    attempts integer not null,
    last_error text,
    sent_at integer,
    given_up_at integer
) strict;
create index outbox_due on outbox (next_attempt_at) where sent_at is null and given_up_at is null;
create index outbox_by_invitation on outbox (invitation_id) where sent_at is null;

create table activity (
    organization_id blob not null references organizations (id),
    version integer not null,
    ordinal integer not null,
    at integer not null,
    actor_kind text not null,
    actor_id blob,
    -- As it was then: the log must read the same when the person is gone.
    actor_name text not null,
    code text not null,
    event text not null,
    ip text,
    user_agent text,
    primary key (organization_id, version, ordinal)
) strict;
create index activity_by_actor on activity (organization_id, actor_name, version, ordinal);
create index activity_by_code on activity (organization_id, code, version, ordinal);

create table account_activity (
    id blob not null primary key,
    user_id blob,
    at integer not null,
    code text not null,
    ip text,
    user_agent text
) strict;
create index account_activity_by_user on account_activity (user_id, at);

-- How often something was tried in a window of time, shared by all replicas.
create table attempts (
    key text not null primary key,
    window_started_at integer not null,
    count integer not null
) strict;
create index attempts_by_age on attempts (window_started_at);
