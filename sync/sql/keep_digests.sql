-- Keeps the digests with the records, whoever changes these.

-- What one live record adds to the sum of its entity. As a signed number: modulo 2^64 it is the same.
CREATE FUNCTION sync_mark(id uuid, version bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ('x' || left(md5(id || ':' || version), 16))::bit(64)::bigint
$$;

CREATE FUNCTION sync_keep_digests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    -- of an account that is being deleted, the digests may have gone before the records
    UPDATE sync_digest AS d SET records = d.records - o.records, total = mod(d.total - o.total, 18446744073709551616)
      FROM (SELECT user_id, entity, count(*) AS records, sum(sync_mark(id, version)) AS total
              FROM old_rows WHERE NOT deleted GROUP BY user_id, entity) AS o
     WHERE d.user_id = o.user_id AND d.entity = o.entity;
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM new_rows) THEN  -- of INSERT ... ON CONFLICT DO UPDATE, each row is of one of the two
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO sync_digest AS d (user_id, entity, records, total)
    SELECT user_id, entity, count(*), mod(sum(sync_mark(id, version)), 18446744073709551616) FROM new_rows WHERE NOT deleted GROUP BY user_id, entity
        ON CONFLICT (user_id, entity) DO UPDATE
       SET records = d.records + excluded.records, total = mod(d.total + excluded.total, 18446744073709551616);
  ELSE
    INSERT INTO sync_digest AS d (user_id, entity, records, total)
    SELECT user_id, entity, sum(one), mod(sum(one * sync_mark(id, version)::numeric), 18446744073709551616)
      FROM (SELECT user_id, entity, id, version, 1 AS one FROM new_rows WHERE NOT deleted
             UNION ALL
            SELECT user_id, entity, id, version, -1 FROM old_rows WHERE NOT deleted) AS r
     GROUP BY user_id, entity
        ON CONFLICT (user_id, entity) DO UPDATE
       SET records = d.records + excluded.records, total = mod(d.total + excluded.total, 18446744073709551616);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER sync_digest_insert AFTER INSERT ON sync_record REFERENCING NEW TABLE AS new_rows
   FOR EACH STATEMENT EXECUTE FUNCTION sync_keep_digests();
CREATE TRIGGER sync_digest_update AFTER UPDATE ON sync_record REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
   FOR EACH STATEMENT EXECUTE FUNCTION sync_keep_digests();
CREATE TRIGGER sync_digest_delete AFTER DELETE ON sync_record REFERENCING OLD TABLE AS old_rows
   FOR EACH STATEMENT EXECUTE FUNCTION sync_keep_digests();

INSERT INTO sync_digest (user_id, entity, records, total)
SELECT user_id, entity, count(*), mod(sum(sync_mark(id, version)), 18446744073709551616)
  FROM sync_record WHERE NOT deleted GROUP BY user_id, entity;
