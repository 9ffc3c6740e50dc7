-- Which of these records does a deferred mutation wait to create? (its payload is not packed)
SELECT convert_from(m.payload, 'UTF8')::json ->> 'entity', m.record_id::text
  FROM sync_mutation AS m
 WHERE m.user_id = %(user_id)s::uuid AND m.record_id = ANY (%(ids)s::uuid[]) AND m.settled_at IS NULL
   AND CASE WHEN m.status = 'deferred' THEN convert_from(m.payload, 'UTF8')::json ->> 'op' END = 'create'
