-- Whose payload is no longer needed? (taken, or settled; the line stays, so that a late duplicate is still known)
WITH old AS MATERIALIZED (
  SELECT m.user_id, m.mutation_id FROM sync_mutation AS m
   WHERE NOT m.payload = '' AND m.received_at < %(log_at)s
     AND (m.status NOT IN ('rejected', 'deferred') OR m.settled_at IS NOT NULL)
     AND (%(user_id)s::uuid IS NULL OR m.user_id = %(user_id)s::uuid)
   ORDER BY m.received_at
   LIMIT %(limit)s
     FOR UPDATE SKIP LOCKED
), emptied AS (
  UPDATE sync_mutation AS m SET payload = '' FROM old WHERE m.user_id = old.user_id AND m.mutation_id = old.mutation_id
)
SELECT count(*) FROM old
