-- Where do the user's data stand, and under which version does this transaction write? (as lib/sql/begin_write.sql, and the head in
-- the same statement: a row that is waited for is read as it stands when the lock is given. No row, no lock: there is no head yet)
WITH begun AS MATERIALIZED (
  SELECT set_config('sync.source', %(source)s, TRUE), set_config('lock_timeout', %(patience)s, TRUE)
)
SELECT h.epoch::text, h.version, h.last_ms, h.min_version, h.log_version,
       greatest(h.last_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint),
       CASE WHEN h.xid = pg_current_xact_id() THEN h.version ELSE h.version + 1 END
  FROM begun CROSS JOIN sync_head AS h
 WHERE h.user_id = %(user_id)s::uuid
   FOR UPDATE OF h
