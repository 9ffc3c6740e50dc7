-- Which rows have new content, for each owner of some of them? (body of a statement trigger)
-- The plans of its statements are kept from the first time, which is mostly one with few rows or none. Therefore FULL JOIN,
-- which cannot become a loop in a loop, its result set apart before it is filtered; and OFFSET 0, so that records are looked up.
IF NOT EXISTS (SELECT FROM new_rows) THEN
  RETURN NULL;
END IF;
IF EXISTS (SELECT FROM old_rows AS o FULL JOIN new_rows AS n ON /*id n*/ = /*id o*/
            WHERE /*id n*/ IS DISTINCT FROM /*id o*/ OR /*owner n*/ IS DISTINCT FROM /*owner o*/) THEN
  RAISE EXCEPTION 'The id and the owner of a row never change.' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'id_and_owner_never_change';
END IF;
PERFORM sync_alloc(owner.id)
   FROM (SELECT DISTINCT pair.id FROM (
           SELECT /*owner n*/ AS id, (/*changed*/) AS changed FROM new_rows AS n FULL JOIN old_rows AS o ON /*id o*/ = /*id n*/ OFFSET 0
         ) AS pair WHERE pair.changed ORDER BY pair.id) AS owner;
WITH pair AS MATERIALIZED (
  SELECT n.*, (/*changed*/) AS _changed FROM new_rows AS n FULL JOIN old_rows AS o ON /*id o*/ = /*id n*/
), logged AS (
  INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
  SELECT h.user_id, h.version, 0, /*code*/, /*id n*/,
         CASE WHEN /*gone n*/ THEN 'D' WHEN r.id IS NULL THEN 'I' ELSE 'U' END, r.data, h.last_ms, h.last_ms, sync_source()
    FROM pair AS n
    JOIN sync_head AS h ON h.user_id = /*owner n*/
    LEFT JOIN LATERAL (SELECT s.id, s.data FROM sync_record AS s WHERE s.entity = /*code*/ AND s.id = /*id n*/ OFFSET 0) AS r ON TRUE
   WHERE n._changed
      ON CONFLICT (entity, record_id, version, n) DO NOTHING
)
INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
SELECT /*code*/, /*id n*/, h.user_id, h.version, h.last_ms, /*gone n*/, /*document n*/
  FROM pair AS n
  JOIN sync_head AS h ON h.user_id = /*owner n*/
 WHERE n._changed
    ON CONFLICT (entity, id) DO UPDATE
   SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = excluded.deleted, data = excluded.data;
/*children*/RETURN NULL;
