-- Compositions and merges that are being made in the background, and what became of them.
create table composition (
    id           text primary key,
    org_id       text        not null references organisation (id),
    user_id      text        not null,
    kind         text        not null check (kind in ('compose', 'merge')),
    name         text        not null,
    request      jsonb       not null,
    status       text        not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed')),
    attempts     integer     not null default 0,
    lease_owner  text,
    lease_until  timestamptz,
    result       jsonb,
    error        jsonb,
    created_at   timestamptz not null default now(),
    started_at   timestamptz,
    finished_at  timestamptz
);
create index composition_by_org on composition (org_id, created_at desc, id desc);
create index composition_waiting on composition (created_at) where status in ('queued', 'running');

-- What a base model was made from; empty for an import.
alter table base_model add column lineage jsonb not null default '{}';
