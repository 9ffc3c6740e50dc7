-- How do these records stand, whoever owns them? (no document: purged, its id is used up)
SELECT r.entity, r.id::text, r.user_id, r.version, r.modified_ms, r.deleted, r.data
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  JOIN sync_record AS r ON r.entity = k.entity AND r.id = k.id
 UNION ALL
SELECT p.entity, p.id::text, p.user_id, p.version, 0, TRUE, NULL
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  JOIN sync_purged AS p ON p.entity = k.entity AND p.id = k.id
