WITH pair AS MATERIALIZED (
  SELECT n.id, n.visible, o.visible AS before FROM new_rows AS n FULL JOIN old_rows AS o ON o.id = n.id
)
UPDATE /*child*/ AS c SET parent_visible = pair.visible
  FROM pair
 WHERE c./*parent_column*/ = pair.id AND c.user_id IS NULL AND pair.visible IS DISTINCT FROM pair.before;
