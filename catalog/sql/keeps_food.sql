-- Which canonical foods does an athlete use from now on? (body of a statement trigger; a food that is being corrected is waited for,
-- so that the copy is of the food as it is then, or the correction finds the copy)
INSERT INTO catalog_keptfood (id, user_id, food_id, /*columns*/, created_at, updated_at)
SELECT md5(u.user_id::text || u.food_id::text)::uuid, u.user_id, u.food_id, /*food columns*/, statement_timestamp(), statement_timestamp()
  FROM (SELECT DISTINCT n.user_id, n./*column*/ AS food_id FROM new_rows AS n WHERE n.user_id IS NOT NULL AND n.deleted_at IS NULL) AS u
  JOIN (
    SELECT f.* FROM catalog_food AS f
     WHERE f.user_id IS NULL AND f.id IN (SELECT n./*column*/ FROM new_rows AS n)
     ORDER BY f.id FOR SHARE
  ) AS f ON f.id = u.food_id
 WHERE NOT EXISTS (SELECT FROM catalog_keptfood AS k WHERE k.user_id = u.user_id AND k.food_id = u.food_id)
    ON CONFLICT DO NOTHING;
RETURN NULL;
