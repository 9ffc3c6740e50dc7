-- Which foods that athletes keep have other content now? (body of a statement trigger; catalog_food is matched to its copies by a job)
INSERT INTO catalog_stalefood (food_id, catalog_version)
SELECT n.id, n.catalog_version
  FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
 WHERE n.user_id IS NULL AND (/*new columns*/) IS DISTINCT FROM (/*old columns*/)
   AND EXISTS (SELECT FROM catalog_keptfood AS k WHERE k.food_id = n.id)
 ORDER BY n.id
    ON CONFLICT (food_id) DO UPDATE SET catalog_version = excluded.catalog_version;
RETURN NULL;
