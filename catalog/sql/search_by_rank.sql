-- By which words is a row found, how well does each fit, and which names does it have as a whole?
DO $migration$
DECLARE
  -- Said in full: while a dump is restored there is no search path.
  ours text := quote_ident(current_schema());
BEGIN
  -- Names are compared as people take them for the same: no accents, no capitals, no punctuation.
  EXECUTE format($function$
    CREATE FUNCTION catalog_search_folded(written text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT btrim(lower(%1$s.catalog_search_words(written) COLLATE pg_c_utf8))
    $$
  $function$, ours);

  -- Weight A: words of the name; B: of a name in another language; C: of an alias, or whatever more there is to find it by.
  -- Each name as a whole is a word too, behind a sign that no word has: one index finds whole names and single words.
  EXECUTE format($function$
    CREATE FUNCTION catalog_search_document_3(name text, names jsonb, aliases jsonb, more text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      WITH other AS MATERIALIZED (
        SELECT value FROM jsonb_each_text(CASE jsonb_typeof(names) WHEN 'object' THEN names ELSE '{}' END) WHERE value IS NOT NULL
      ), alias AS MATERIALIZED (
        SELECT value FROM jsonb_array_elements_text(CASE jsonb_typeof(aliases) WHEN 'array' THEN aliases ELSE '[]' END) AS a(value)
      ), whole AS MATERIALIZED (
        SELECT left(%1$s.catalog_search_folded(value), 200) AS value FROM (SELECT name AS value UNION SELECT value FROM other) AS n
      )
      SELECT setweight(to_tsvector('simple', coalesce(%1$s.catalog_search_words(name), '')), 'A')
          || setweight(to_tsvector('simple', coalesce(%1$s.catalog_search_words((SELECT string_agg(value, ' ') FROM other)), '')), 'B')
          || setweight(to_tsvector('simple', %1$s.catalog_search_words(concat_ws(' ', (SELECT string_agg(value, ' ') FROM alias), more))), 'C')
          || array_to_tsvector(ARRAY(SELECT DISTINCT '=' || value FROM whole WHERE value <> ''))
    $$
  $function$, ours);

  -- Every word, or its beginning, in a name; NULL where nothing is a word.
  EXECUTE format($function$
    CREATE FUNCTION catalog_search_in_names(asked text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT string_agg(quote_literal(lexeme) || ':*AB', ' & ')::tsquery
      FROM unnest(to_tsvector('simple', %1$s.catalog_search_words(asked)))
    $$
  $function$, ours);

  -- The name as a whole, or its beginning.
  EXECUTE format($function$
    CREATE FUNCTION catalog_search_whole(asked text, beginning boolean) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT (quote_literal('=' || nullif(left(%1$s.catalog_search_folded(asked), 200), '')) || CASE WHEN beginning THEN ':*' ELSE '' END)::tsquery
    $$
  $function$, ours);
END
$migration$
