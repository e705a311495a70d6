-- Counted in the index alone, however many tokens an organization has: an index of the present ones alone does not serve,
-- since SQLite goes to the table to ask each row whether it is one.
create index tokens_counted on tokens (organization_id, removed_at, expires_at);
