-- Which database server is this, and how often has it gone on from a restored state?
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT timeline_id FROM pg_split_walfile_name(pg_walfile_name(pg_current_wal_lsn()))))::integer
