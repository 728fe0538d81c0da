-- One row for each remembered create: by the client's Idempotency-Key, or by the fingerprint of a create that an SDK
-- may repeat on its own. Row and effect are written in one transaction.
create table idempotency_key (
    scope       text        not null,
    key         text        not null,
    body_digest text        not null,
    status      integer     not null,
    answer      text        not null,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    primary key (scope, key)
);

create index idempotency_key_expiry on idempotency_key (expires_at);
