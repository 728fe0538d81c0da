-- The numbers that a name's versions have had are found in the history, which outlives the adapter.
create index adapter_alias_history_numbers on adapter_alias_history (org_id, adapter_name, to_version desc)
    where action = 'version_created';
