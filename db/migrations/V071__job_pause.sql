-- A paused job keeps its place and its last checkpoint; no worker may claim it. On the wire it is 'queued', since clients
-- know no other word; its phase says 'paused'.
alter table job add column paused boolean not null default false;
