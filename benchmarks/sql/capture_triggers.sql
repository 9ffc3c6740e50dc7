-- Which triggers capture changes for sync, or hand them down to children?
SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND (t.tgname LIKE 'pgtrigger_capture_%%' OR t.tgname LIKE 'with_%%')
