-- Under which version does each owner of such a record get it?
SELECT sync_alloc(owner.id) FROM (SELECT DISTINCT s.owner AS id FROM render_stale AS s WHERE NOT s.gone ORDER BY id) AS owner
