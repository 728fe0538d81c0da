-- An adapter that many ask for may be fused without anybody's wish.
alter table serve_resident add column by_heat boolean not null default false;
