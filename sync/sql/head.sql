-- Where do the user's data stand, and under which version does this transaction write? (called with the lock held)
SELECT epoch::text, version, last_ms, min_version, log_version,
       greatest(last_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint),
       CASE WHEN xid = pg_current_xact_id() THEN version ELSE version + 1 END
  FROM sync_head WHERE user_id = %(user_id)s::uuid
