-- Adapters of encoders have a budget of their own, as large as that of the others.
alter table serve_replica add column encoder_adapter_bytes bigint not null default 0;
