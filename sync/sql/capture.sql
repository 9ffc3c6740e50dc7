-- What do capture triggers do with the rows of their statement? One plan serves for any number of rows: heads, records and lines
-- are looked up by their keys (OFFSET 0), and nothing is planned anew for each array.

-- A row, as its trigger hands it over. gone: whether it is a tombstone for clients. document: NULL where they may not know of it.
CREATE TYPE sync_row AS (id uuid, owner uuid, gone boolean, document text);

-- Writes records and log, under one version for each owner. fresh: the rows were inserted. moved: some row is somebody else's now,
-- or has another id.
CREATE FUNCTION sync_capture(code smallint, captured sync_row[], fresh boolean DEFAULT FALSE, moved boolean DEFAULT FALSE)
RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  others bigint = 1;  -- rows whose line of the log is not written yet
BEGIN
  IF moved THEN
    RAISE EXCEPTION 'The id and the owner of a row never change.' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'id_and_owner_never_change';
  END IF;
  IF fresh AND EXISTS (
    SELECT FROM unnest(captured) AS n
     CROSS JOIN LATERAL (SELECT FROM sync_purged AS p WHERE p.entity = code AND p.id = n.id OFFSET 0) AS used_up
  ) THEN
    RAISE EXCEPTION 'An id is never used again.' USING ERRCODE = 'unique_violation', CONSTRAINT = 'sync_purged_pkey';
  END IF;
  IF cardinality(captured) = 1 AND captured[1].document IS NOT NULL THEN
    PERFORM sync_alloc(captured[1].owner);
  ELSE
    PERFORM sync_alloc(owner.id) FROM (SELECT DISTINCT n.owner AS id FROM unnest(captured) AS n WHERE n.document IS NOT NULL ORDER BY id) AS owner;
  END IF;
  IF sync_source() IN ('push', 'import') THEN  -- they log what they write themselves, before they write it
    SELECT count(*) INTO others
      FROM unnest(captured) AS n
     CROSS JOIN LATERAL (SELECT s.version FROM sync_head AS s WHERE s.user_id = n.owner OFFSET 0) AS h
      LEFT JOIN LATERAL (SELECT s.n FROM sync_log AS s WHERE s.entity = code AND s.record_id = n.id AND s.version = h.version AND s.n = 0 OFFSET 0) AS l ON TRUE
     WHERE n.document IS NOT NULL AND l.n IS NULL;
  END IF;
  WITH n AS MATERIALIZED (
    SELECT c.id, c.owner, c.gone, c.document, h.version, h.last_ms FROM unnest(captured) AS c
     CROSS JOIN LATERAL (SELECT s.version, s.last_ms FROM sync_head AS s WHERE s.user_id = c.owner OFFSET 0) AS h
     WHERE c.document IS NOT NULL
  ), logged AS (
    INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
    SELECT n.owner, n.version, 0, code, n.id,
           CASE WHEN n.gone THEN 'D' WHEN fresh OR r.id IS NULL THEN 'I' ELSE 'U' END, r.data, n.last_ms, n.last_ms, sync_source()
      FROM n
      LEFT JOIN LATERAL (SELECT s.id, s.data FROM sync_record AS s WHERE s.entity = code AND s.id = n.id OFFSET 0) AS r ON TRUE
     WHERE others > 0
        ON CONFLICT (entity, record_id, version, n) DO NOTHING
  )
  INSERT INTO sync_record (entity, id, user_id, version, modified_ms, deleted, data)
  SELECT code, n.id, n.owner, n.version, n.last_ms, n.gone, n.document FROM n
      ON CONFLICT (entity, id) DO UPDATE
     SET version = excluded.version, modified_ms = excluded.modified_ms, deleted = excluded.deleted, data = excluded.data;
END $$;

-- The same for rows that were deleted for good: their records stay as tombstones.
CREATE FUNCTION sync_capture_deleted(code smallint, captured sync_row[]) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF sync_source() = 'purge' THEN
    RETURN;  -- the tombstones have been delivered, and go with them
  END IF;
  PERFORM sync_alloc(owner.id) FROM (SELECT DISTINCT n.owner AS id FROM unnest(captured) AS n ORDER BY id) AS owner;
  WITH n AS MATERIALIZED (
    SELECT c.id, c.owner, h.version, h.last_ms FROM unnest(captured) AS c
     CROSS JOIN LATERAL (SELECT s.version, s.last_ms FROM sync_head AS s WHERE s.user_id = c.owner OFFSET 0) AS h
  ), turned AS (
    UPDATE sync_record AS r SET version = n.version, modified_ms = n.last_ms, deleted = TRUE
      FROM n WHERE r.entity = code AND r.id = n.id
    RETURNING r.id, r.data
  )
  INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, eff_ms, logged_ms, source)
  SELECT n.owner, n.version, 0, code, n.id, 'D', r.data, n.last_ms, n.last_ms, sync_source()
    FROM n LEFT JOIN turned AS r ON r.id = n.id
      ON CONFLICT (entity, record_id, version, n) DO NOTHING;
END $$;
