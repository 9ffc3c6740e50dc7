-- What may have been meant? Every word, its beginning, or one of the words of that library that are written nearly so. (two letters
-- that changed places leave few trigrams alike: so less is enough where all letters are the same)
CREATE FUNCTION catalog_search_nearby(asked text, library text) RETURNS tsquery
LANGUAGE sql STABLE STRICT PARALLEL SAFE SET pg_trgm.similarity_threshold = 0.2 AS $$
  SELECT string_agg('(' || concat_ws(' | ', quote_literal(typed.lexeme) || ':*', near.words) || ')', ' & ')::tsquery
    FROM unnest(to_tsvector('simple', catalog_search_words(asked))) AS typed
    LEFT JOIN LATERAL (
      SELECT string_agg(quote_literal(w.word), ' | ') AS words FROM (
        SELECT s.word FROM catalog_searchword AS s
         WHERE s.library = catalog_search_nearby.library AND s.word % typed.lexeme AND length(typed.lexeme) >= 4
           AND (similarity(s.word, typed.lexeme) >= 0.3
                OR (length(s.word) = length(typed.lexeme)
                    AND ARRAY(SELECT unnest(string_to_array(s.word, NULL)) ORDER BY 1)
                      = ARRAY(SELECT unnest(string_to_array(typed.lexeme, NULL)) ORDER BY 1)))
         ORDER BY similarity(s.word, typed.lexeme) DESC, s.word LIMIT 5
      ) AS w
    ) AS near ON TRUE
$$
