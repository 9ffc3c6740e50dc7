-- Which rows have new content, for each user who owns some of them? (body of a statement trigger)
IF EXISTS (SELECT FROM old_rows AS o LEFT JOIN new_rows AS n ON n.id = o.id AND n.user_id IS NOT DISTINCT FROM o.user_id WHERE n.id IS NULL) THEN
  RAISE EXCEPTION 'The id and the owner of a row never change.' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'id_and_owner_never_change';
END IF;
PERFORM sync_alloc(owner.user_id)
   FROM (SELECT DISTINCT n.user_id FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
          WHERE n.user_id IS NOT NULL AND (/*changed*/) ORDER BY n.user_id) AS owner;
INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
SELECT n.user_id, h.version, 0, /*code*/, n.id, CASE WHEN n.deleted_at IS NULL THEN 'U' ELSE 'D' END, r.data, h.last_ms, h.last_ms, sync_source()
  FROM new_rows AS n
  JOIN old_rows AS o ON o.id = n.id
  JOIN sync_head AS h ON h.user_id = n.user_id
  LEFT JOIN sync_record AS r ON r.entity = /*code*/ AND r.id = n.id
 WHERE (/*changed*/)
    ON CONFLICT (entity, record_id, version, n) DO NOTHING;
INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
SELECT /*code*/, n.id, n.user_id, h.version, h.last_ms, n.deleted_at IS NOT NULL, /*document*/
  FROM new_rows AS n
  JOIN old_rows AS o ON o.id = n.id
  JOIN sync_head AS h ON h.user_id = n.user_id
 WHERE (/*changed*/)
    ON CONFLICT (entity, id) DO UPDATE
   SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = excluded.deleted, data = excluded.data;
/*children*/RETURN NULL;
