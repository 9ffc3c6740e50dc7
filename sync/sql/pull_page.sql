-- What changed after this position? (in the order of the index)
SELECT r.entity, r.id::text, r.version, r.modified_ms, r.deleted, r.data
  FROM sync_record AS r
 WHERE r.user_id = %(user_id)s::uuid AND (r.version, r.entity, r.id) > (%(version)s, %(entity)s::smallint, %(id)s::uuid)
 ORDER BY r.version, r.entity, r.id
 LIMIT %(limit)s
