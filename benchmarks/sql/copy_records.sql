-- What are the user's records? (the fastest way out of PostgreSQL)
COPY (SELECT entity, id, version, data FROM sync_record WHERE user_id = {user_id} AND NOT deleted) TO STDOUT
