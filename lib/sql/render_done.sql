-- (makes room for the next batch)
DROP TABLE render_stale
