-- Brings a store of file version 1 to version 2; schema.sql ran before. The queue is what matters: it goes over as it is.
INSERT INTO mutation (seq, id, entity, record_id, op, base_version, at, patch, group_id, schema_version, state)
SELECT seq, id, entity, record_id, op, base_version, at, patch, group_id, schema_version, state FROM mutation_1;
DROP TABLE mutation_1;

-- A snapshot that was half read lies in the base: it is read anew.
DELETE FROM meta WHERE key IN ('cursor', 'epoch', 'version') AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'synced');
INSERT OR IGNORE INTO meta (key, value) SELECT 'base_epoch', value FROM meta WHERE key = 'epoch';
