-- Which new rows does a user have from now on? (each is its document, with its id)
INSERT INTO {table} (id, user_id, created_at, updated_at, {columns})
SELECT r._id, %(user_id)s::uuid, %(at)s, %(at)s, {values}
  FROM json_to_recordset(%(rows)s::json) AS r (_id uuid, {definitions})
