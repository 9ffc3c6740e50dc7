WITH pair AS MATERIALIZED (
  SELECT n.id, n.user_id, n.deleted_at, o.deleted_at AS before FROM new_rows AS n FULL JOIN old_rows AS o ON o.id = n.id
)
UPDATE /*child*/ AS c SET deleted_at = pair.deleted_at, updated_at = pair.deleted_at
  FROM pair
 WHERE c./*parent_column*/ = pair.id AND c.user_id = pair.user_id AND c.deleted_at IS NULL
   AND pair.deleted_at IS NOT NULL AND pair.before IS NULL;
