-- Which ids will never be used? (of records that could not be made, below others that are gone for good: who hangs on them waits in vain)
INSERT INTO sync_purged (entity, id, user_id, version)
SELECT k.entity, k.id, %(user_id)s::uuid, %(version)s
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
    ON CONFLICT DO NOTHING
