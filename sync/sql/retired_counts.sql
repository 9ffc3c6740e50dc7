-- How many deleted records that stay readable does the user have, of each entity?
SELECT r.entity, count(*)
  FROM sync_record AS r
 WHERE r.user_id = %(user_id)s::uuid AND r.deleted AND r.entity = ANY(%(readable)s::smallint[])
 GROUP BY r.entity
