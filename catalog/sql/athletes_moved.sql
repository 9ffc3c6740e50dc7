-- Whose rows did the merge move?
SELECT DISTINCT t.user_id FROM {table} AS t JOIN catalog_movedrow AS m ON m.row_id = t.id
 WHERE m.merge_id = %(merge)s AND m.reference = %(reference)s AND t.user_id IS NOT NULL
