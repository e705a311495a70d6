-- How many lines each day has is counted from the index alone.
create index activity_by_time on activity (organization_id, at, code);
