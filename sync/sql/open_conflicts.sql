-- How many conflicts wait for the user?
SELECT count(*) FROM sync_conflict WHERE user_id = %(user_id)s::uuid AND status = 'open' AND deleted_at IS NULL
