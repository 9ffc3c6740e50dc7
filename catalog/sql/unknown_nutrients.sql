-- Which of these are no nutrients of the library?
SELECT s.slug FROM unnest(%(slugs)s::text[]) AS s (slug)
 WHERE NOT EXISTS (SELECT FROM catalog_nutrient AS n WHERE n.slug = s.slug)
