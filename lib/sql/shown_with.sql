  IF EXISTS (SELECT FROM new_rows AS n WHERE n.user_id IS NULL) THEN  -- canonical: what hangs on it is as visible as it is
    WITH turned AS MATERIALIZED (
      SELECT n.id, n.visible FROM new_rows AS n FULL JOIN old_rows AS o ON o.id = n.id WHERE n.visible IS DISTINCT FROM o.visible
    )
    UPDATE /*table*/ AS c SET parent_visible = turned.visible FROM turned WHERE c./*column*/ = turned.id AND c.user_id IS NULL;
  END IF;
