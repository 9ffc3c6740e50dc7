-- What was inserted, for each user who owns some of it? (body of a statement trigger)
PERFORM sync_alloc(owner.user_id)
   FROM (SELECT DISTINCT user_id FROM new_rows WHERE user_id IS NOT NULL ORDER BY user_id) AS owner;
INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
SELECT n.user_id, h.version, 0, /*code*/, n.id, CASE WHEN n.deleted_at IS NULL THEN 'I' ELSE 'D' END, r.data, h.last_ms, h.last_ms, sync_source()
  FROM new_rows AS n
  JOIN sync_head AS h ON h.user_id = n.user_id
  LEFT JOIN sync_record AS r ON r.entity = /*code*/ AND r.id = n.id
    ON CONFLICT (entity, record_id, version, n) DO NOTHING;
INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
SELECT /*code*/, n.id, n.user_id, h.version, h.last_ms, n.deleted_at IS NOT NULL, /*document*/
  FROM new_rows AS n
  JOIN sync_head AS h ON h.user_id = n.user_id
    ON CONFLICT (entity, id) DO UPDATE
   SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = excluded.deleted, data = excluded.data;
RETURN NULL;
