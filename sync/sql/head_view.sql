-- Where do the user's data stand?
SELECT epoch::text, version, last_ms, min_version FROM sync_head WHERE user_id = %(user_id)s::uuid
