-- Who may call Tenon. Ids are made by the application (prefixes org_, user_, key_).
create table organisation (
    id         text primary key,
    name       text        not null unique,
    created_at timestamptz not null default now()
);

create table app_user (
    id          text primary key,
    org_id      text        not null references organisation (id),
    email       text        not null,
    role        text        not null check (role in ('MEMBER', 'ADMIN')),
    created_at  timestamptz not null default now(),
    disabled_at timestamptz
);

-- Addresses are compared without case, across the whole installation: one person signs in with one address.
create unique index app_user_email on app_user (lower(email));
create index app_user_org on app_user (org_id, created_at, id);

create table api_key (
    id           text primary key,
    org_id       text        not null references organisation (id),
    user_id      text        not null references app_user (id),
    name         text        not null,
    prefix       text        not null,
    hash         bytea       not null unique check (octet_length(hash) = 32),
    role         text        not null check (role in ('MEMBER', 'ADMIN')),
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz
);

create index api_key_org on api_key (org_id, created_at, id);
