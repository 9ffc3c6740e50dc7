-- (the way back, as long as nothing is packed yet: else it fails, and nothing is lost)
DROP INDEX sync_mutation_whole;
ALTER TABLE sync_mutation
  ALTER COLUMN payload TYPE text USING convert_from(payload, 'UTF8'),
  ALTER COLUMN payload_sha256 TYPE varchar(64) USING encode(payload_sha256, 'hex');
CREATE INDEX sync_mutation_whole ON sync_mutation (received_at) WHERE NOT (payload = '');
