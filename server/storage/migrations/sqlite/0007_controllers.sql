-- What controllers say of the cluster and of themselves. All of it is told anew within seconds.

drop table cluster_connections;

-- One row.
create table cluster_connections (
    name text not null primary key,
    -- Whether the API server answers, and since when that is so.
    connected integer not null,
    since integer not null,
    server_version text,
    -- When a controller last spoke; none has since the server began to wait for one.
    heard_at integer,
    -- Which controller of this installation wrote last, and when it last said so; before the first: when it was waited for.
    leader text,
    led_at integer not null,
    -- Who held the Lease instead, when a controller last stood by.
    holder text
) strict;
