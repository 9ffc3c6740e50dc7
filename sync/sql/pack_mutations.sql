-- Digests and payloads become bytes: these are taken as they are, and packed from now on. (one rewrite of the table)
DROP INDEX sync_mutation_whole;
ALTER TABLE sync_mutation
  ALTER COLUMN payload TYPE bytea USING convert_to(payload, 'UTF8'),
  ALTER COLUMN payload_sha256 TYPE bytea USING decode(payload_sha256, 'hex');
CREATE INDEX sync_mutation_whole ON sync_mutation (received_at) WHERE NOT (payload = ''::bytea);
