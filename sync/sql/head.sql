-- Where do the user's data stand? (called with the lock held)
SELECT epoch::text, version, last_ms, min_version, greatest(last_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
  FROM sync_head WHERE user_id = %(user_id)s::uuid
