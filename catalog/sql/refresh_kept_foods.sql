-- (brings the copies of these athletes up to date)
UPDATE catalog_keptfood AS k SET ({columns}, updated_at) = ROW ({food}, statement_timestamp())
  FROM catalog_food AS f
 WHERE f.id = k.food_id AND k.food_id = %(food_id)s AND k.user_id = ANY (%(users)s) AND k.deleted_at IS NULL
