-- How a batch computes the rows of an adapter: together with others, or by themselves.
alter table serve_resident add column batching text check (batching in ('shared', 'own'));
