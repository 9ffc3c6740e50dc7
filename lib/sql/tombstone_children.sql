UPDATE /*child*/ AS c SET deleted_at = n.deleted_at, updated_at = n.deleted_at
  FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
 WHERE c./*parent_column*/ = n.id AND c.user_id = n.user_id AND c.deleted_at IS NULL
   AND n.deleted_at IS NOT NULL AND o.deleted_at IS NULL;
