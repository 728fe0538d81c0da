-- Base models by content. org_id null: shared by every organisation (the shipped ones).
create table base_model (
    id         text primary key,
    org_id     text references organisation (id),
    name       text        not null unique,
    digest     text        not null,
    family     text        not null,
    parameters bigint      not null,
    bytes      bigint      not null,
    licence    text        not null,
    config     text        not null,
    created_at timestamptz not null default now()
);

create index base_model_org on base_model (org_id, name);

create table base_model_file (
    model_id text   not null references base_model (id) on delete cascade,
    path     text   not null,
    digest   text   not null,
    bytes    bigint not null,
    primary key (model_id, path)
);
