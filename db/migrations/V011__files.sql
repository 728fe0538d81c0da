-- Uploaded and produced files. A deleted file keeps its row and its blob: jobs that used it stay explainable, and lists
-- that continue after it keep their place.
create table stored_file (
    id             text primary key,
    org_id         text        not null references organisation (id),
    filename       text        not null,
    purpose        text        not null,
    bytes          bigint      not null,
    digest         text        not null references blob (digest),
    status         text        not null check (status in ('uploaded', 'processed', 'error')),
    status_details text,
    format         text,
    examples       bigint,
    turns          bigint,
    approx_tokens  bigint,
    characters     bigint,
    created_at     timestamptz not null default now(),
    expires_at     timestamptz,
    deleted_at     timestamptz
);

create index stored_file_org on stored_file (org_id, created_at desc, id desc);
