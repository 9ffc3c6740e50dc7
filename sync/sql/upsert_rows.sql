-- What do these rows hold from now on? (each is its document, with the id and whether it is deleted; refused where a row with
-- such an id is not the user's)
WITH taken AS (
  INSERT INTO {table} AS t (id, user_id, created_at, updated_at, deleted_at, {columns})
  SELECT r._id, %(user_id)s::uuid, %(at)s, %(at)s, CASE WHEN r._deleted THEN %(at)s END, {values}
    FROM json_to_recordset(%(rows)s::json) AS r (_id uuid, _deleted boolean, {definitions})
      ON CONFLICT (id) DO UPDATE
     SET updated_at = excluded.updated_at,
         deleted_at = CASE WHEN excluded.deleted_at IS NOT NULL THEN coalesce(t.deleted_at, excluded.deleted_at) END,
         {assignments}
   WHERE t.user_id = excluded.user_id
  RETURNING 1
)
SELECT sync_expect_all(count(*), %(count)s) FROM taken
