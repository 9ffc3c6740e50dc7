-- Which rows of the library are called almost like these? (the likest first; by the index over folded names)
SELECT a.id, b.id, max(similarity(x.name, y.name)) AS likeness
  FROM {table} AS a
 CROSS JOIN LATERAL unnest(string_to_array(catalog_folded_names(a.name, a.names, a.aliases), E'\n')) AS x (name)
  JOIN {table} AS b
    ON catalog_folded_names(b.name, b.names, b.aliases) %%> x.name
   AND b.user_id IS NULL AND b.deleted_at IS NULL AND b.status <> 'retired' AND b.id <> a.id
 CROSS JOIN LATERAL unnest(string_to_array(catalog_folded_names(b.name, b.names, b.aliases), E'\n')) AS y (name)
 WHERE a.id = ANY (%(ids)s::uuid[]) AND x.name <> ''
   AND NOT EXISTS (
     SELECT FROM catalog_distinctpair AS d
      WHERE d.entity = %(entity)s AND d.first_id = least(a.id, b.id) AND d.second_id = greatest(a.id, b.id)
   )
 GROUP BY a.id, b.id
HAVING max(similarity(x.name, y.name)) >= %(threshold)s
 ORDER BY likeness DESC, a.id, b.id
 LIMIT %(limit)s
