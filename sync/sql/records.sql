-- How do these records stand, whoever owns them?
SELECT r.entity, r.id::text, r.user_id, r.version, r.modified_ms, r.deleted, r.data
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  JOIN sync_record AS r ON r.entity = k.entity AND r.id = k.id
