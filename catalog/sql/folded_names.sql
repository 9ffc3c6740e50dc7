-- By which names does somebody find that two rows are one? (one a line, without accents, signs and capitals)
DO $migration$
DECLARE
  ours text := quote_ident(current_schema());  -- said in full: while a dump is restored there is no search path
BEGIN
  EXECUTE format($function$
    CREATE FUNCTION catalog_folded_names(name text, names jsonb, aliases jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT string_agg(lower(btrim(%1$s.catalog_search_words(said)) COLLATE pg_c_utf8), E'\n')
        FROM (
          SELECT name AS said
           UNION ALL
          SELECT value FROM jsonb_each_text(CASE jsonb_typeof(names) WHEN 'object' THEN names ELSE '{}' END)
           UNION ALL
          SELECT alias FROM jsonb_array_elements_text(CASE jsonb_typeof(aliases) WHEN 'array' THEN aliases ELSE '[]' END) AS alias
        ) AS every_name
    $$
  $function$, ours);
END
$migration$
