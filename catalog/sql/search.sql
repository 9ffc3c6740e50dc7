-- Which rows of a library answer a search best, and what is shown of those on this page? (at most 200; each kind of hit by its own
-- index, and what is dearer only where what is cheaper found too little; to fold a name takes longer than to find it, so that only
-- the index of beginnings holds folded ones)
WITH asked AS MATERIALIZED (
  SELECT catalog_search_folded(%(text)s) AS folded, catalog_search_query(%(text)s) AS words, catalog_search_in_names(%(text)s) AS in_names,
         catalog_search_whole(%(text)s, FALSE) AS whole, catalog_search_whole(%(text)s, TRUE) AS beginning
), candidate AS NOT MATERIALIZED (
  {rows}
), liked AS MATERIALIZED (
  SELECT c.id, -1 AS rank, c.label FROM candidate AS c
   WHERE c.id = ANY (ARRAY({favourites})) AND c.search @@ (SELECT a.words FROM asked AS a)
), exact AS MATERIALIZED (
  SELECT c.id, 0 AS rank, c.label FROM candidate AS c WHERE c.search @@ (SELECT a.whole FROM asked AS a) LIMIT {limit}
), beginning AS MATERIALIZED (
  SELECT c.id, 1 AS rank, c.label FROM candidate AS c
   WHERE c.folded ~>=~ (SELECT a.folded FROM asked AS a) AND c.folded ~<~ (SELECT a.folded || chr(1114109) FROM asked AS a)
     AND (SELECT a.words FROM asked AS a) IS NOT NULL
   ORDER BY c.folded USING ~<~, c.id LIMIT {limit}
), worded AS MATERIALIZED (
  SELECT c.id, c.label,
         CASE WHEN c.search @@ (SELECT a.beginning FROM asked AS a) THEN 1
              WHEN c.search @@ (SELECT a.in_names FROM asked AS a) THEN 1000 + length(c.label)
              ELSE 2000 + length(c.label) END AS rank
    FROM candidate AS c
   WHERE c.search @@ (SELECT a.words FROM asked AS a) AND (SELECT count(*) FROM beginning) < {limit}
   LIMIT {looked_at}
), near AS MATERIALIZED (
  SELECT c.id, c.label, 3000 + (1000 * (1 - word_similarity((SELECT a.folded FROM asked AS a), c.label)))::integer AS rank
    FROM candidate AS c
   WHERE c.search @@ (SELECT catalog_search_nearby(%(text)s, {library}))
     AND (SELECT count(*) FROM beginning) + (SELECT count(*) FROM worded) < {enough}
   LIMIT {looked_at}
), found AS (
  SELECT id, rank, label FROM liked UNION ALL SELECT id, rank, label FROM exact UNION ALL SELECT id, rank, label FROM beginning
  UNION ALL SELECT id, rank, label FROM worded UNION ALL SELECT id, rank, label FROM near
), hit AS MATERIALIZED (
  SELECT f.id, min(f.rank) AS rank, f.label FROM found AS f GROUP BY f.id, f.label
   ORDER BY min(f.rank), f.label COLLATE "C", f.id LIMIT {limit}
)
SELECT {document}, h.rank, h.label, h.id
  FROM hit AS h JOIN {table} AS r ON r.id = h.id
 WHERE {beyond}
 ORDER BY h.rank {way}, h.label COLLATE "C" {way}, h.id {way} LIMIT %(most)s
