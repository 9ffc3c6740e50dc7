-- Which moved rows still name the winner, and name the loser again? (deleted doubles come back, if nobody touched them since)
UPDATE {table} AS t
   SET {column} = %(loser)s, updated_at = %(at)s, deleted_at = CASE WHEN m.gone THEN NULL ELSE t.deleted_at END
  FROM catalog_movedrow AS m
 WHERE m.merge_id = %(merge)s AND m.reference = %(reference)s AND m.row_id = t.id
   AND ((NOT m.gone AND t.{column} = %(winner)s)
        OR (m.gone AND t.{column} = %(loser)s AND t.deleted_at IS NOT NULL AND t.deleted_at = t.updated_at))
   AND (t.user_id IS NULL OR t.user_id = ANY (%(locked)s::uuid[]))
RETURNING t.id
