-- A wish may be that an adapter is folded into copies of what it changes; such copies are residents of their own kind.
alter table deployment drop constraint deployment_mode_check;
alter table deployment add constraint deployment_mode_check check (mode in ('separate', 'fused'));
alter table serve_resident drop constraint serve_resident_kind_check;
alter table serve_resident add constraint serve_resident_kind_check
    check (kind in ('base', 'adapter', 'composition', 'fused', 'encoder', 'encoder_adapter'));
