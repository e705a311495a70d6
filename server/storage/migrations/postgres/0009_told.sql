-- How much the cluster was told, which tells this database from an older copy of it.

-- One row.
create table cluster_told (
    name text not null primary key,
    -- Counts up before the cluster is told something new, and with nothing else.
    count bigint not null,
    -- The organization that this database and its copies are called after: the first there was when they began to count.
    line uuid,
    -- The count that the cluster remembers, as the controller that writes said last, and since when it says so.
    remembered bigint,
    remembered_since timestamptz
);

insert into cluster_told (name, count) values ('cluster', 0);
