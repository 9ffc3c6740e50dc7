-- What was inserted, for each owner of some of it? (body of a statement trigger)
IF NOT EXISTS (SELECT FROM new_rows) THEN
  RETURN NULL;
END IF;
IF EXISTS (SELECT FROM new_rows AS n JOIN sync_purged AS p ON p.entity = /*code*/ AND p.id = /*id n*/) THEN
  RAISE EXCEPTION 'An id is never used again.' USING ERRCODE = 'unique_violation', CONSTRAINT = 'sync_purged_pkey';
END IF;
PERFORM sync_alloc(owner.id)
   FROM (SELECT DISTINCT /*owner n*/ AS id FROM new_rows AS n WHERE /*visible n*/ ORDER BY id) AS owner;
IF sync_source() IN ('push', 'import') THEN  -- they log what they write themselves, before they write it
  SELECT count(*) INTO others
    FROM new_rows AS n
    JOIN sync_head AS h ON h.user_id = /*owner n*/
    LEFT JOIN LATERAL (SELECT s.n FROM sync_log AS s WHERE s.entity = /*code*/ AND s.record_id = /*id n*/ AND s.version = h.version AND s.n = 0 OFFSET 0) AS l ON TRUE
   WHERE /*visible n*/ AND l.n IS NULL;
END IF;
IF others > 0 THEN
  INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
  SELECT h.user_id, h.version, 0, /*code*/, /*id n*/, CASE WHEN /*gone n*/ THEN 'D' ELSE 'I' END, r.data, h.last_ms, h.last_ms, sync_source()
    FROM new_rows AS n
    JOIN sync_head AS h ON h.user_id = /*owner n*/
    LEFT JOIN LATERAL (SELECT s.id, s.data FROM sync_record AS s WHERE s.entity = /*code*/ AND s.id = /*id n*/ OFFSET 0) AS r ON TRUE
   WHERE /*visible n*/
      ON CONFLICT (entity, record_id, version, n) DO NOTHING;
END IF;
INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
SELECT /*code*/, /*id n*/, h.user_id, h.version, h.last_ms, /*gone n*/, /*document n*/
  FROM new_rows AS n
  JOIN sync_head AS h ON h.user_id = /*owner n*/
 WHERE /*visible n*/
    ON CONFLICT (entity, id) DO UPDATE
   SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = excluded.deleted, data = excluded.data;
RETURN NULL;
