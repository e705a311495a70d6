-- How often it happened: failed sign-ins of a minute are one line.
alter table account_activity add column times bigint not null default 1;
