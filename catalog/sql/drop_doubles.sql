-- Which live rows would say once more what their athlete's row of the other says, and may do so only once? (deletes and remembers them)
WITH gone AS (
  UPDATE {table} AS t SET deleted_at = %(at)s, updated_at = %(at)s
   WHERE t.{column} = %(loser)s AND t.deleted_at IS NULL AND t.user_id = ANY (%(locked)s::uuid[])
     AND EXISTS (
       SELECT FROM {table} AS o
        WHERE o.user_id = t.user_id AND o.{column} = %(winner)s AND o.deleted_at IS NULL AND ({same})
     )
  RETURNING t.id
)
INSERT INTO catalog_movedrow (merge_id, reference, row_id, gone)
SELECT %(merge)s, %(reference)s, gone.id, TRUE FROM gone
    ON CONFLICT (merge_id, reference, row_id) DO UPDATE SET gone = TRUE
RETURNING row_id
