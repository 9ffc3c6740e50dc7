-- Which words does the library have, for what is typed wrongly? (body of a statement trigger; in one order, so that nobody waits in a ring)
INSERT INTO catalog_searchword (library, word)
SELECT DISTINCT '/*library*/', w.lexeme
  FROM new_rows AS n CROSS JOIN LATERAL unnest(n.search) AS w
 WHERE n.user_id IS NULL AND w.lexeme NOT LIKE '=%' AND length(w.lexeme) BETWEEN 4 AND 40
   AND NOT EXISTS (SELECT FROM catalog_searchword AS s WHERE s.library = '/*library*/' AND s.word = w.lexeme)
 ORDER BY w.lexeme
    ON CONFLICT DO NOTHING;
RETURN NULL;
