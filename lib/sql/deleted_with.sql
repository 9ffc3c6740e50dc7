-- What hangs on rows that were deleted just now? It goes with them, as they went.
CREATE FUNCTION /*name*/() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows AS n WHERE n.deleted_at IS NOT NULL) THEN  -- most updates are of rows that are there
    WITH gone AS MATERIALIZED (
      SELECT n.id, n./*owner*/ AS owner, n.deleted_at FROM new_rows AS n FULL JOIN old_rows AS o ON o.id = n.id
       WHERE n.deleted_at IS NOT NULL AND o.deleted_at IS NULL
    )
    UPDATE /*table*/ AS c SET deleted_at = gone.deleted_at, updated_at = gone.deleted_at
      FROM gone
     WHERE c./*column*/ = gone.id AND c./*owner*/ = gone.owner AND c.deleted_at IS NULL;
  END IF;
/*shown*/  RETURN NULL;
END $$;
-- By its name it comes after the trigger that captures the parent: heads are locked before rows.
CREATE TRIGGER with_/*table*/_/*column*/ AFTER UPDATE ON /*parent*/
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION /*name*/();
