WITH pair AS MATERIALIZED (
  SELECT n.id, n./*owner_column*/, n.deleted_at, o.deleted_at AS before FROM new_rows AS n FULL JOIN old_rows AS o ON o.id = n.id
)
UPDATE /*child*/ AS c SET deleted_at = pair.deleted_at, updated_at = pair.deleted_at
  FROM pair
 WHERE c./*parent_column*/ = pair.id AND c./*owner_column*/ = pair./*owner_column*/ AND c.deleted_at IS NULL
   AND pair.deleted_at IS NOT NULL AND pair.before IS NULL;
