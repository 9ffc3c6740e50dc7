-- How many rows have each value that can be filtered by? (of the first so many; an empty name counts the rows themselves)
WITH counted AS MATERIALIZED (
  {rows}
)
SELECT f.name, f.value, count(*) FROM counted AS c CROSS JOIN LATERAL ({facets}) AS f (name, value)
 WHERE f.value <> '' OR f.name = ''
 GROUP BY f.name, f.value ORDER BY f.name, count(*) DESC, f.value
