-- What do these rows hold from now on? (the least that a server must do to store them: what we are compared with)
INSERT INTO {table} AS t (id, user_id, created_at, updated_at, deleted_at, {columns})
SELECT r.id, %(user_id)s::uuid, now(), now(), CASE WHEN r._deleted THEN now() END, {values}
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, _deleted boolean, {definitions})
    ON CONFLICT (id) DO UPDATE
   SET updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, {assignments}
