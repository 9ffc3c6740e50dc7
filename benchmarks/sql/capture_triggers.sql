-- Which triggers capture changes for sync?
SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND t.tgname LIKE 'pgtrigger_capture_%%'
