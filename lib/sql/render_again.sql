-- What do these records hold from now on? (no register was written: a patch without one; a tombstone shows nothing, so that it keeps its version)
WITH logged AS (
  INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, patch, eff_ms, logged_ms, source)
  SELECT s.owner, h.version, 0, %(code)s, s.id, CASE WHEN s.before IS NULL THEN 'I' ELSE 'U' END, s.before,
         CASE WHEN s.before IS NOT NULL THEN '{}' END, h.last_ms, h.last_ms, 'migration'
    FROM render_stale AS s JOIN sync_head AS h ON h.user_id = s.owner
   WHERE NOT s.gone
), tombstones AS (
  UPDATE sync_record AS r SET data = s.document
    FROM render_stale AS s WHERE s.gone AND r.entity = %(code)s AND r.id = s.id
)
INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
SELECT %(code)s, s.id, s.owner, h.version, h.last_ms, FALSE, s.document
  FROM render_stale AS s JOIN sync_head AS h ON h.user_id = s.owner
 WHERE NOT s.gone
    ON CONFLICT (entity, id) DO UPDATE
   SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = FALSE, data = excluded.data
