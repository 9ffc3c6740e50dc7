-- What was deleted for good, for each owner of some of it? (body of a statement trigger)
IF sync_source() = 'purge' THEN
  RETURN NULL;  -- its tombstone has been delivered, and goes with it
END IF;
PERFORM sync_alloc(owner.id)
   FROM (SELECT DISTINCT /*owner o*/ AS id FROM old_rows AS o WHERE /*visible o*/ ORDER BY id) AS owner;
INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
SELECT h.user_id, h.version, 0, /*code*/, /*id o*/, 'D', r.data, h.last_ms, h.last_ms, sync_source()
  FROM old_rows AS o
  JOIN sync_head AS h ON h.user_id = /*owner o*/
  LEFT JOIN sync_record AS r ON r.entity = /*code*/ AND r.id = /*id o*/
 WHERE /*visible o*/
    ON CONFLICT (entity, record_id, version, n) DO NOTHING;
UPDATE sync_record AS r SET version = h.version, modified_ms = h.last_ms, deleted = TRUE
  FROM old_rows AS o JOIN sync_head AS h ON h.user_id = /*owner o*/
 WHERE r.entity = /*code*/ AND r.id = /*id o*/ AND /*visible o*/;
RETURN NULL;
