-- Whose live rows name this one? ({table} and {column} are filled in; the library is nobody)
SELECT DISTINCT t.user_id FROM {table} AS t WHERE t.{column} = %(loser)s AND t.deleted_at IS NULL AND t.user_id IS NOT NULL
