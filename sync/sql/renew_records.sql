-- Which records were written and hold what they held? (their triggers saw no change, but the log has them in this version)
UPDATE sync_record AS r SET version = h.version, modified_ms = h.last_ms
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid), sync_head AS h
 WHERE r.entity = k.entity AND r.id = k.id AND h.user_id = r.user_id AND r.user_id = %(user_id)s::uuid
