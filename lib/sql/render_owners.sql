-- Whose rows come next? (and whose history; their heads are locked, in the order in which everybody locks several)
SELECT owner.id, sync_lock(owner.id)
  FROM (SELECT /*owner n*/ AS id FROM /*table*/ AS n WHERE /*owner n*/ > %(after)s::uuid OR %(after)s::uuid IS NULL
         UNION
        SELECT h.user_id FROM sync_head AS h WHERE h.user_id > %(after)s::uuid OR %(after)s::uuid IS NULL
         ORDER BY id LIMIT %(limit)s) AS owner
