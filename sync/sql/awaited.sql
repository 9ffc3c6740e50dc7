-- Which of these records does a deferred mutation wait to create?
SELECT m.payload::json ->> 'entity', (m.payload::json ->> 'record_id')::uuid::text
  FROM sync_mutation AS m
 WHERE m.user_id = %(user_id)s::uuid AND m.status = 'deferred' AND m.settled_at IS NULL
   AND m.payload::json ->> 'op' = 'create' AND (m.payload::json ->> 'record_id')::uuid = ANY (%(ids)s::uuid[])
