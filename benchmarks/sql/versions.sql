-- At which version does each of the user's records stand?
SELECT entity, id::text, version FROM sync_record WHERE user_id = %(user_id)s
