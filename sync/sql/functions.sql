-- Who writes next for a user, and under which version?

-- Which transaction took the version that stands?
ALTER TABLE sync_head ADD COLUMN xid xid8;

-- Locks the user's head until the end of the transaction; gives the version that stands.
CREATE FUNCTION sync_lock(owner uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE standing bigint;
BEGIN
  SELECT version INTO standing FROM sync_head WHERE user_id = owner FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO sync_head (user_id) VALUES (owner) ON CONFLICT DO NOTHING;
    SELECT version INTO standing FROM sync_head WHERE user_id = owner FOR UPDATE;
  END IF;
  RETURN standing;
END $$;

-- One version a transaction and user: the first call takes the next number under the head's lock, later ones give the same.
-- A rollback, also to a savepoint, gives the number back, because head and memo roll back together.
CREATE FUNCTION sync_alloc(owner uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  taken bigint;
  memo text := owner || ':' || pg_current_xact_id();
  now_ms bigint;
BEGIN
  IF current_setting('sync.owner', TRUE) = memo THEN
    RETURN current_setting('sync.version')::bigint;
  END IF;
  PERFORM sync_lock(owner);
  now_ms := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  UPDATE sync_head AS h
     SET version = CASE WHEN h.xid = pg_current_xact_id() THEN h.version ELSE h.version + 1 END,
         last_ms = CASE WHEN h.xid = pg_current_xact_id() THEN h.last_ms ELSE greatest(h.last_ms + 1, now_ms) END,
         xid = pg_current_xact_id()
   WHERE h.user_id = owner
  RETURNING h.version INTO taken;
  PERFORM set_config('sync.owner', memo, TRUE), set_config('sync.version', taken::text, TRUE);
  RETURN taken;
END $$;

-- By which way does this transaction write?
CREATE FUNCTION sync_source() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('sync.source', TRUE), ''), 'sql')
$$;
