-- What shall be resident on every serve replica, and what is.

-- Desired: an adapter of one organisation by version, by alias or by its newest version.
create table deployment (
    id           text primary key,
    org_id       text        not null references organisation (id),
    adapter_id   text        not null references adapter (id) on delete cascade,
    adapter_name text        not null,
    -- a version's number, an alias, or 'latest'
    selector     text        not null,
    -- 'separate' runs it beside the base; folding it into a copy of the base may come
    mode         text        not null default 'separate' check (mode in ('separate')),
    created_by   text        not null,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    unique (adapter_id, selector)
);
create index deployment_by_org on deployment (org_id, created_at desc, id desc);

-- Actual: a serving process that says it lives. Its rows count only while it keeps saying so, by the database's clock.
create table serve_replica (
    id             text primary key,
    host           text        not null,
    device         text        not null,
    adapter_bytes  bigint      not null default 0,
    adapter_budget bigint      not null default 0,
    started_at     timestamptz not null default now(),
    beat_at        timestamptz not null default now()
);

create table serve_resident (
    replica_id      text        not null references serve_replica (id) on delete cascade,
    -- the organisation that may see it; '' for what all share
    org_id          text        not null,
    kind            text        not null check (kind in ('base', 'adapter', 'composition', 'encoder', 'encoder_adapter')),
    digest          text        not null,
    name            text        not null,
    base_model      text        not null,
    state           text        not null check (state in ('loading', 'ready', 'failed')),
    reason          text,
    bytes           bigint      not null,
    active_requests integer     not null,
    pinned          boolean     not null,
    since           timestamptz not null,
    primary key (replica_id, org_id, kind, digest)
);

-- What a replica made of each wish.
create table deployment_status (
    deployment_id text        not null references deployment (id) on delete cascade,
    replica_id    text        not null references serve_replica (id) on delete cascade,
    state         text        not null check (state in ('loading', 'ready', 'failed')),
    -- what answers under the name on this replica, which after a failure is the version before
    serving       text,
    wanted        text,
    reason        text,
    since         timestamptz not null default now(),
    primary key (deployment_id, replica_id)
);

-- Every change of state, for the organisation to see; '' is for all. Old lines go.
create table deployment_event (
    sequence   bigint generated always as identity primary key,
    org_id     text        not null,
    replica_id text        not null,
    type       text        not null,
    model      text        not null,
    message    text        not null,
    created_at timestamptz not null default now()
);
create index deployment_event_by_org on deployment_event (org_id, sequence desc);
create index deployment_event_by_age on deployment_event (created_at);

-- Serving processes listen, so that a wish or a moved name is followed at once; who misses it looks again soon.
create function deployment_wake() returns trigger language plpgsql as $$
begin
    perform pg_notify('tenon_deployment', '');
    return null;
end $$;
create trigger deployment_wake after insert or update or delete on deployment
    for each statement execute function deployment_wake();

create function alias_moved() returns trigger language plpgsql as $$
declare
    moved text;
begin
    select org_id || ' ' || name || '@' || new.alias into moved from adapter where id = new.adapter_id;
    perform pg_notify('tenon_deployment', coalesce(moved, ''));
    return null;
end $$;
create trigger alias_moved after insert or update on adapter_alias
    for each row execute function alias_moved();

create function version_made() returns trigger language plpgsql as $$
declare
    made text;
begin
    select org_id || ' ' || name || '@latest' into made from adapter where id = new.adapter_id;
    perform pg_notify('tenon_deployment', coalesce(made, ''));
    return null;
end $$;
create trigger version_made after insert on adapter_version
    for each row execute function version_made();
