-- Which foods have all the words? (as it is usually written, by ts_rank; it knows no slips)
SELECT row_to_json(f)::text FROM (
  SELECT id, slug, name, names, aliases, brand, barcode, category, diets, allergens, nutrients, portions FROM catalog_food
   WHERE user_id IS NULL AND deleted_at IS NULL AND status = 'published' AND search @@ catalog_search_query(%(text)s)
   ORDER BY ts_rank(search, catalog_search_query(%(text)s)) DESC, name, id LIMIT 51
) AS f
