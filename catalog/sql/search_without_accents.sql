-- By which words is an exercise type found, and what is asked for? (both without accents: somebody types `developpe couche`)
DO $migration$
DECLARE
  -- Said in full: while a dump is restored there is no search path.
  ours text := quote_ident(current_schema());
  unaccents text := (
    SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'unaccent'
  );
BEGIN
  -- Marks go by themselves, what is a letter of its own (ß, ø, ł) by the dictionary; what is no letter or digit becomes a
  -- blank, so that the parser takes 90/90 for no path and an emoji for no word. The collation is named, for the server's own
  -- may know no letters. unaccent() is only STABLE, for somebody could edit its rules; nobody edits ours.
  EXECUTE format($function$
    CREATE FUNCTION catalog_search_words(written text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT regexp_replace(
        %1$s.unaccent('%1$s.unaccent', normalize(regexp_replace(normalize(written, NFKD), '[\u0300-\u036F]', '', 'g'), NFC)),
        '[^[:alnum:]]+' COLLATE pg_c_utf8, ' ', 'g'
      )
    $$
  $function$, unaccents);

  EXECUTE format($function$
    CREATE FUNCTION catalog_search_document_2(name text, names jsonb, aliases jsonb) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT to_tsvector('simple', %1$s.catalog_search_words(
        concat_ws(' ',
          name,
          (SELECT string_agg(other.value, ' ') FROM jsonb_each_text(CASE jsonb_typeof(names) WHEN 'object' THEN names ELSE '{}' END) AS other),
          (SELECT string_agg(alias, ' ') FROM jsonb_array_elements_text(CASE jsonb_typeof(aliases) WHEN 'array' THEN aliases ELSE '[]' END) AS alias)
        )
      ))
    $$
  $function$, ours);

  -- Every word, or its beginning; NULL where nothing is a word, so that nothing is found.
  EXECUTE format($function$
    CREATE FUNCTION catalog_search_query(asked text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT string_agg(quote_literal(lexeme) || ':*', ' & ')::tsquery
      FROM unnest(to_tsvector('simple', %1$s.catalog_search_words(asked)))
    $$
  $function$, ours);
END
$migration$
