-- People's own way into the cluster: machines that were let in, and those that wait to be.

create table logins (
    id blob not null primary key,
    -- Whose, and of which organization. Gone with the membership.
    member_id blob not null references members (id) on delete cascade,
    -- SHA-256 of what the machine holds: a copy of this table opens nothing. Null until the machine has taken it.
    secret_hash blob unique,
    machine text,
    ip text,
    user_agent text,
    created_at integer not null,
    -- Of one that was not taken yet: when its request ends.
    expires_at integer not null,
    last_used_at integer
) strict;
create index logins_by_member on logins (member_id, created_at, id);
create index logins_by_end on logins (expires_at);

create table login_requests (
    id blob not null primary key,
    -- SHA-256 of what the machine holds.
    device_code_hash blob not null unique,
    -- Keyed by the server's key: a person types few letters, which a hash alone would not hide.
    user_code_hash blob not null unique,
    machine text,
    -- The slug of the one organization that it asks for; null: its person chooses.
    organization text,
    ip text,
    user_agent text,
    created_at integer not null,
    expires_at integer not null,
    denied_at integer,
    -- What it was approved as. A login that ends takes its request along.
    login_id blob references logins (id) on delete cascade
) strict;
create index login_requests_by_end on login_requests (expires_at);
create index login_requests_by_login on login_requests (login_id);
