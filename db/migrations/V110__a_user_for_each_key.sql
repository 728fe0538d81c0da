-- A key is for one person or program, who is told from others by it: whoever issued it is not who uses it.
alter table app_user alter column email drop not null;
alter table app_user add column name text;
update app_user set name = email;
alter table app_user alter column name set not null;

-- Keys that administrators made so far all named the administrator as their user.
with fresh as (
    insert into app_user (id, org_id, name, role, created_at)
    select 'user_of_' || id, org_id, name, role, created_at from api_key where role = 'MEMBER'
    returning id)
update api_key set user_id = fresh.id from fresh where fresh.id = 'user_of_' || api_key.id;
