-- How do these records stand, whoever owns them? (no document: purged, its id is used up)
SELECT k.entity, k.id::text, coalesce(r.user_id, p.user_id), coalesce(r.version, p.version), coalesce(r.modified_ms, 0), coalesce(r.deleted, TRUE), r.data
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  LEFT JOIN sync_record AS r ON r.entity = k.entity AND r.id = k.id
  LEFT JOIN sync_purged AS p ON r.id IS NULL AND p.entity = k.entity AND p.id = k.id
 WHERE r.id IS NOT NULL OR p.id IS NOT NULL
