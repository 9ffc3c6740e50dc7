-- What does this row hold from now on? (the same, one statement for each row)
INSERT INTO {table} AS t (id, user_id, created_at, updated_at, deleted_at, {columns})
VALUES (%(id)s::uuid, %(user_id)s::uuid, now(), now(), CASE WHEN %(_deleted)s THEN now() END, {placeholders})
    ON CONFLICT (id) DO UPDATE
   SET updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, {assignments}
