-- Fine-tuning jobs: the aggregate, its log, its curves and its saved states.
create table job (
    id                    text primary key,
    org_id                text        not null references organisation (id),
    created_by            text        not null,
    status                text        not null check (status in
                              ('VALIDATING_FILES', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    -- what was asked for, and the snapshot of settings it was turned into: never changed afterwards
    model                 text        not null,
    base_model            text        not null,
    base_digest           text        not null,
    initial_version_id    text,
    training_file         text        not null,
    training_digest       text        not null,
    validation_file       text,
    validation_digest     text,
    suffix                text        not null default '',
    seed                  bigint      not null,
    metadata              jsonb       not null default '{}',
    method_id             text        not null,
    adapter               jsonb       not null,
    requested             jsonb       not null,
    hyperparameters       jsonb       not null,
    raw_method            jsonb,
    adapter_name          text        not null,
    target_model          text        not null unique,
    -- what became of it
    error_code            text,
    error_message         text,
    error_param           text,
    trained_tokens        bigint,
    result_file           text,
    folder_digest         text,
    folder_bytes          bigint,
    result                jsonb,
    phase                 text        not null default 'waiting',
    step                  integer     not null default 0,
    total_steps           integer     not null default 0,
    tokens_per_second     double precision,
    step_millis           double precision,
    -- the lease: whoever holds (lease_owner, lease_epoch) may write, until lease_until by the database's clock
    priority              integer     not null default 0,
    attempts              integer     not null default 0,
    lease_owner           text,
    lease_epoch           bigint      not null default 0,
    lease_until           timestamptz,
    event_sequence        bigint      not null default 0,
    created_at            timestamptz not null default now(),
    queued_at             timestamptz,
    started_at            timestamptz,
    finished_at           timestamptz,
    check (status = 'RUNNING' or lease_owner is null),
    check ((status in ('SUCCEEDED', 'FAILED', 'CANCELLED')) = (finished_at is not null))
);
create index job_by_org on job (org_id, created_at desc, id desc);
create index job_metadata on job using gin (metadata jsonb_path_ops);
create index job_waiting on job (org_id, priority desc, queued_at, id) where status = 'QUEUED';
create index job_running on job (lease_until) where status = 'RUNNING';
create index job_speed on job (base_digest, method_id, finished_at desc) where status = 'SUCCEEDED';

-- The state machine once more, where no code path can get around it.
create function job_status_guard() returns trigger language plpgsql as $$
begin
    if old.status <> new.status and not (
           (old.status = 'VALIDATING_FILES' and new.status in ('QUEUED', 'FAILED', 'CANCELLED'))
        or (old.status = 'QUEUED' and new.status in ('RUNNING', 'FAILED', 'CANCELLED'))
        or (old.status = 'RUNNING' and new.status in ('QUEUED', 'SUCCEEDED', 'FAILED', 'CANCELLED'))) then
        raise exception 'job % cannot go from % to %', old.id, old.status, new.status
            using errcode = 'check_violation';
    end if;
    if new.lease_epoch < old.lease_epoch then
        raise exception 'job %: a lease epoch never falls', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger job_status_guard before update on job for each row execute function job_status_guard();

create table job_event (
    id          text primary key,
    job_id      text        not null references job (id) on delete cascade,
    sequence    bigint      not null,
    level       text        not null check (level in ('info', 'warn', 'error')),
    type        text        not null check (type in ('message', 'metrics')),
    message     text        not null,
    data        jsonb,
    created_at  timestamptz not null default now(),
    unique (job_id, sequence)
);

-- kind: step (training), evaluation (of the adapter), base (the untouched base on the same file)
create table job_metric (
    job_id            text             not null references job (id) on delete cascade,
    kind              text             not null check (kind in ('step', 'evaluation', 'base')),
    step              integer          not null,
    full_pass         boolean          not null default false,
    epoch             double precision,
    loss              double precision not null,
    accuracy          double precision,
    learning_rate     double precision,
    gradient_norm     double precision,
    tokens_per_second double precision,
    tokens            bigint,
    created_at        timestamptz      not null default now(),
    primary key (job_id, kind, step, full_pass)
);

create table job_checkpoint (
    id            text primary key,
    job_id        text        not null references job (id) on delete cascade,
    org_id        text        not null references organisation (id),
    step          integer     not null,
    lease_epoch   bigint      not null,
    model_name    text        not null unique,
    folder_digest text        not null,
    bytes         bigint      not null,
    best          boolean     not null default false,
    metrics       jsonb       not null,
    created_at    timestamptz not null default now(),
    unique (job_id, step)
);

-- Who can run jobs, and how much memory its device has: what admission compares estimates with.
create table worker_node (
    id            text primary key,
    device        text        not null,
    memory_bytes  bigint      not null,
    started_at    timestamptz not null default now(),
    seen_at       timestamptz not null default now()
);
