-- Which foods of no brand are called this, but for case, accents and signs? (place: of the name in the list, from 1)
SELECT w.place, f.id
  FROM unnest(%(names)s::text[]) WITH ORDINALITY AS w (name, place)
  JOIN catalog_food AS f
    ON catalog_search_folded(f.name) = catalog_search_folded(w.name)
 WHERE f.user_id IS NULL AND f.brand = '' AND f.deleted_at IS NULL
 ORDER BY w.place, f.created_at, f.id
