-- What was deleted for good, for each user who owned some of it? (body of a statement trigger)
IF sync_source() = 'purge' THEN
  RETURN NULL;  -- its tombstone has been delivered, and goes with it
END IF;
PERFORM sync_alloc(owner.user_id)
   FROM (SELECT DISTINCT user_id FROM old_rows WHERE user_id IS NOT NULL ORDER BY user_id) AS owner;
INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
SELECT o.user_id, h.version, 0, /*code*/, o.id, 'D', r.data, h.last_ms, h.last_ms, sync_source()
  FROM old_rows AS o
  JOIN sync_head AS h ON h.user_id = o.user_id
  LEFT JOIN sync_record AS r ON r.entity = /*code*/ AND r.id = o.id
    ON CONFLICT (entity, record_id, version, n) DO NOTHING;
UPDATE sync_record AS r SET version = h.version, modified_ms = h.last_ms, deleted = TRUE
  FROM old_rows AS o JOIN sync_head AS h ON h.user_id = o.user_id
 WHERE r.entity = /*code*/ AND r.id = o.id;
RETURN NULL;
