-- Whose copies of a food are not as the food is now? (at most so many athletes)
SELECT k.user_id FROM catalog_keptfood AS k JOIN catalog_food AS f ON f.id = k.food_id
 WHERE k.food_id = %(food_id)s AND k.deleted_at IS NULL AND ({kept}) IS DISTINCT FROM ({food})
 ORDER BY k.user_id LIMIT %(most)s
