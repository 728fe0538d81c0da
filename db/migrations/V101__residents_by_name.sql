-- One content may have several names in an organisation, and is listed under each.
alter table serve_resident drop constraint serve_resident_pkey;
alter table serve_resident add primary key (replica_id, org_id, kind, digest, name);
