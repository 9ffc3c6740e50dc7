-- What changed after this position, of these entities? (a statement of its own: so the index leaves out the others, and no row is read for them)
SELECT r.entity, r.id::text, r.version, r.modified_ms, r.deleted, r.data
  FROM sync_record AS r
 WHERE r.user_id = %(user_id)s::uuid AND (r.version, r.entity, r.id) > (%(version)s, %(entity)s::smallint, %(id)s::uuid)
   AND r.entity = ANY (%(entities)s::smallint[])
 ORDER BY r.version, r.entity, r.id
 LIMIT %(limit)s
