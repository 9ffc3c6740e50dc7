-- How do these records of the user stand?
SELECT r.entity, r.id::text, r.version, r.modified_ms, r.deleted, r.data
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  JOIN sync_record AS r ON r.entity = k.entity AND r.id = k.id AND r.user_id = %(user_id)s::uuid
