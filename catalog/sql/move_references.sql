-- Which live rows named the one and name the other from now on? (of those whose heads are locked; remembers them)
WITH moved AS (
  UPDATE {table} AS t SET {column} = %(winner)s, updated_at = %(at)s
   WHERE t.{column} = %(loser)s AND t.deleted_at IS NULL AND (t.user_id IS NULL OR t.user_id = ANY (%(locked)s::uuid[]))
     AND t.id <> %(loser)s
  RETURNING t.id
)
INSERT INTO catalog_movedrow (merge_id, reference, row_id, gone)
SELECT %(merge)s, %(reference)s, moved.id, FALSE FROM moved
    ON CONFLICT (merge_id, reference, row_id) DO UPDATE SET gone = FALSE
RETURNING row_id
