-- Adapters, their immutable versions, and the aliases that move between versions.
create table adapter (
    id           text primary key,
    org_id       text        not null references organisation (id),
    name         text        not null,
    base_model   text        not null,
    last_version integer     not null default 0,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    unique (org_id, name)
);
create index adapter_by_org on adapter (org_id, created_at desc, id desc);

create table adapter_version (
    id            text primary key,
    adapter_id    text        not null references adapter (id) on delete cascade,
    org_id        text        not null references organisation (id),
    version       integer     not null check (version >= 1),
    model_id      text        not null,
    base_model    text        not null,
    base_digest   text        not null,
    method_id     text        not null,
    config        jsonb       not null,
    folder_digest text        not null,
    bytes         bigint      not null,
    job_id        text        unique references job (id),
    lineage       jsonb       not null,
    proof         jsonb       not null,
    created_at    timestamptz not null default now(),
    unique (adapter_id, version),
    unique (org_id, model_id)
);
create index adapter_version_by_org on adapter_version (org_id, created_at desc, id desc);

-- A version is what it was made as, for ever: it can be deleted, never edited.
create function adapter_version_guard() returns trigger language plpgsql as $$
begin
    raise exception 'adapter version % is immutable', old.id using errcode = 'check_violation';
end $$;
create trigger adapter_version_guard before update on adapter_version
    for each row execute function adapter_version_guard();

create table adapter_alias (
    adapter_id text        not null references adapter (id) on delete cascade,
    alias      text        not null,
    version    integer     not null,
    updated_at timestamptz not null default now(),
    primary key (adapter_id, alias),
    foreign key (adapter_id, version) references adapter_version (adapter_id, version)
);

-- Every change of anything in the registry, kept when the adapter itself is gone.
create table adapter_alias_history (
    sequence     bigint generated always as identity primary key,
    org_id       text        not null references organisation (id),
    adapter_id   text        not null,
    adapter_name text        not null,
    action       text        not null check (action in
                     ('version_created', 'version_deleted', 'adapter_deleted', 'alias_set', 'alias_rolled_back',
                      'alias_removed')),
    alias        text,
    from_version integer,
    to_version   integer,
    changed_by   text        not null,
    created_at   timestamptz not null default now()
);
create index adapter_alias_history_by_adapter on adapter_alias_history (adapter_id, alias, sequence desc);
