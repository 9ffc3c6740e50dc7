-- What does a user's table hold, as JSON?
SELECT json_agg(row_to_json(t))::text FROM {table} AS t WHERE t.user_id = %(user_id)s::uuid
