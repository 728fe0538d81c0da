-- the finished adapters that a job makes another of: names, versions and digests, in the order of its settings
alter table job add column sources jsonb not null default '[]';
