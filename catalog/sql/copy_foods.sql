-- Which foods are new?
COPY catalog_food (
  id, slug, name, names, aliases, status, source, source_id, attribution, brand, barcode, category, diets, allergens, nutrients,
  portions, created_at, updated_at
) FROM STDIN
