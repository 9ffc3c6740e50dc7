-- Which words is an exercise type found by? (punctuation becomes blanks: the parser would take 90/90 for a path, -30 for a number)
CREATE FUNCTION catalog_search_document(name text, names jsonb, aliases jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('simple', translate(
    concat_ws(' ',
      name,
      (SELECT string_agg(other.value, ' ') FROM jsonb_each_text(CASE jsonb_typeof(names) WHEN 'object' THEN names ELSE '{}' END) AS other),
      (SELECT string_agg(alias, ' ') FROM jsonb_array_elements_text(CASE jsonb_typeof(aliases) WHEN 'array' THEN aliases ELSE '[]' END) AS alias)
    ),
    '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~‘’“”«»–—·…¿¡°', repeat(' ', 64)
  ))
$$;
