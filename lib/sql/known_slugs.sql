-- May a set name only what its vocabulary has, and does that stay as long as a set names it? (a foreign key has no arrays)
CREATE FUNCTION /*known*/() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_NAME = ANY (nullif(current_setting('pgtrigger.ignore', TRUE), '')::text[]) THEN
    RETURN NULL;  -- as the triggers of pgtrigger do
  END IF;
  IF EXISTS (
    SELECT FROM new_rows AS n CROSS JOIN LATERAL unnest(n./*column*/) AS named (slug)
     WHERE NOT EXISTS (SELECT FROM /*vocabulary*/ AS v WHERE v.slug = named.slug)
  ) THEN
    RAISE EXCEPTION 'A slug is not in the vocabulary.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '/*known*/';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER slugs_insert_/*column*/ AFTER INSERT ON /*table*/
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION /*known*/();
CREATE TRIGGER slugs_update_/*column*/ AFTER UPDATE ON /*table*/
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION /*known*/();

-- The table may be gone: then nothing names anything. Its lock waits for those who name a slug just now.
CREATE FUNCTION /*in_use*/() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass('/*table*/') IS NULL OR TG_NAME = ANY (nullif(current_setting('pgtrigger.ignore', TRUE), '')::text[]) THEN
    RETURN NULL;
  END IF;
  LOCK TABLE /*table*/ IN SHARE MODE;
  IF EXISTS (SELECT FROM old_rows AS o JOIN /*table*/ AS t ON t./*column*/ @> ARRAY[o.slug]::varchar[]) THEN
    RAISE EXCEPTION 'A slug is still named.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '/*in_use*/';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER slugs_of_/*table*/_/*column*/ AFTER DELETE ON /*vocabulary*/
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION /*in_use*/();
