-- Immutable content by digest. The row is written first in the transaction that writes the chunks, so that a second
-- writer of the same content waits on the primary key and then finds everything there.
create table blob (
    digest     text primary key check (digest ~ '^[0-9a-f]{64}$'),
    bytes      bigint      not null check (bytes >= 0),
    created_at timestamptz not null default now()
);

-- 1 MiB each, the last one shorter; number counts from 0.
create table blob_chunk (
    digest text    not null references blob (digest) on delete cascade,
    number integer not null check (number >= 0),
    data   bytea   not null,
    primary key (digest, number)
);

-- Weights and text archives gain little from compression, and whole chunks are read anyway.
alter table blob_chunk alter column data set storage external;
