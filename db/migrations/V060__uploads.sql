-- Uploads in parts. The parts live here only until the upload is completed, cancelled or too old; what it becomes is a
-- stored file like any other.
create table upload (
    id           text primary key,
    org_id       text        not null references organisation (id),
    filename     text        not null,
    purpose      text        not null,
    mime_type    text        not null,
    bytes        bigint      not null check (bytes > 0),
    keep_seconds bigint,
    status       text        not null default 'pending' check (status in ('pending', 'completed', 'cancelled')),
    file_id      text references stored_file (id),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    check ((status = 'completed') = (file_id is not null))
);
create index upload_org on upload (org_id);
create index upload_pending on upload (expires_at) where status = 'pending';

create table upload_part (
    id         text primary key,
    upload_id  text        not null references upload (id) on delete cascade,
    bytes      bigint      not null,
    created_at timestamptz not null default now()
);
create index upload_part_upload on upload_part (upload_id);

create table upload_chunk (
    part_id text    not null references upload_part (id) on delete cascade,
    number  integer not null,
    data    bytea   not null,
    primary key (part_id, number)
);
