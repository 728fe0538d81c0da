-- Signed-in browsers. The cookie holds a random secret; the database holds its SHA-256 only. A session ends with its key.
create table web_session (
    id           bytea primary key check (octet_length(id) = 32),
    key_id       text        not null references api_key (id),
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now()
);

create index web_session_key on web_session (key_id);
create index web_session_age on web_session (last_used_at);
