-- Which of these records does a deferred mutation wait to create?
SELECT m.payload::json ->> 'entity', m.record_id::text
  FROM sync_mutation AS m
 WHERE m.user_id = %(user_id)s::uuid AND m.record_id = ANY (%(ids)s::uuid[]) AND m.settled_at IS NULL
   AND CASE WHEN m.status = 'deferred' THEN m.payload::json ->> 'op' END = 'create'
