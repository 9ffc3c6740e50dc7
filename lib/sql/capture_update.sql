-- Which rows have new content, for each owner of some of them? (body of a statement trigger)
-- The plans of its statements are kept from the first time, which is mostly one with few rows or none. Therefore FULL JOIN,
-- which cannot become a loop in a loop, and OFFSET 0, so that records are looked up.
IF NOT EXISTS (SELECT FROM new_rows) THEN
  RETURN NULL;
END IF;
SELECT count(*) FILTER (WHERE pair.is_moved), array_agg(pair.id) FILTER (WHERE pair.changed), array_agg(DISTINCT pair.owner) FILTER (WHERE pair.changed)
  INTO moved, changed, owners
  FROM (SELECT /*id n*/ AS id, /*owner n*/ AS owner, (/*changed*/) AS changed,
               /*id n*/ IS DISTINCT FROM /*id o*/ OR /*owner n*/ IS DISTINCT FROM /*owner o*/ AS is_moved
          FROM new_rows AS n FULL JOIN old_rows AS o ON /*id o*/ = /*id n*/ OFFSET 0) AS pair;
IF moved > 0 THEN
  RAISE EXCEPTION 'The id and the owner of a row never change.' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'id_and_owner_never_change';
END IF;
IF changed IS NOT NULL THEN
  PERFORM sync_alloc(owner) FROM unnest(owners) AS owner;  -- sorted, as DISTINCT leaves them
  IF sync_source() IN ('push', 'import') THEN  -- they log what they write themselves, before they write it
    SELECT count(*) INTO others
      FROM new_rows AS n
      JOIN sync_head AS h ON h.user_id = /*owner n*/
      LEFT JOIN LATERAL (SELECT s.n FROM sync_log AS s WHERE s.entity = /*code*/ AND s.record_id = /*id n*/ AND s.version = h.version AND s.n = 0 OFFSET 0) AS l ON TRUE
     WHERE /*id n*/ = ANY (changed) AND l.n IS NULL;
  END IF;
  IF others > 0 THEN
    INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
    SELECT h.user_id, h.version, 0, /*code*/, /*id n*/,
           CASE WHEN /*gone n*/ THEN 'D' WHEN r.id IS NULL THEN 'I' ELSE 'U' END, r.data, h.last_ms, h.last_ms, sync_source()
      FROM new_rows AS n
      JOIN sync_head AS h ON h.user_id = /*owner n*/
      LEFT JOIN LATERAL (SELECT s.id, s.data FROM sync_record AS s WHERE s.entity = /*code*/ AND s.id = /*id n*/ OFFSET 0) AS r ON TRUE
     WHERE /*id n*/ = ANY (changed)
        ON CONFLICT (entity, record_id, version, n) DO NOTHING;
  END IF;
  INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
  SELECT /*code*/, /*id n*/, h.user_id, h.version, h.last_ms, /*gone n*/, /*document n*/
    FROM new_rows AS n
    JOIN sync_head AS h ON h.user_id = /*owner n*/
   WHERE /*id n*/ = ANY (changed)
      ON CONFLICT (entity, id) DO UPDATE
     SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = excluded.deleted, data = excluded.data;
END IF;
/*children*/RETURN NULL;
