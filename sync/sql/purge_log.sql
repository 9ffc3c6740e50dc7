-- Which lines of a user's log are too old? (a touch may be newer than its version; the log is complete after the last version that loses one)
WITH kept AS (
  SELECT l.version FROM sync_log AS l
   WHERE l.user_id = %(user_id)s::uuid AND l.op <> 'T' AND l.logged_ms >= %(log_ms)s
   ORDER BY l.version
   LIMIT 1
), old AS MATERIALIZED (
  SELECT l.entity, l.record_id, l.version, l.n FROM sync_log AS l
   WHERE l.user_id = %(user_id)s::uuid AND l.logged_ms < %(log_ms)s AND l.version < coalesce((SELECT version FROM kept), 9223372036854775807)
   ORDER BY l.version
   LIMIT %(limit)s
), lines AS (
  DELETE FROM sync_log AS l USING old
   WHERE l.entity = old.entity AND l.record_id = old.record_id AND l.version = old.version AND l.n = old.n
), marked AS (
  UPDATE sync_head SET log_version = greatest(log_version, (SELECT max(version) FROM old)) WHERE user_id = %(user_id)s::uuid AND EXISTS (SELECT FROM old)
)
SELECT count(*) FROM old
