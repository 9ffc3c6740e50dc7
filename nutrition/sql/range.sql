-- What was eaten and drunk on each day of a range, for sums of energy and macros, as JSON?
WITH person AS MATERIALIZED (
  SELECT s.sex, s.birth_date, s.height_m, s.life_stage, s.eating_disorder_flag, s.time_zone,
         (SELECT m.value
            FROM training_measurement AS m
           WHERE m.user_id = s.user_id AND m.kind = 'body_weight' AND m.deleted_at IS NULL
             AND m.local_date <= %(as_of)s AND m.measured_at < %(as_of)s::date + 2  -- for the index: the zones of the earth
           ORDER BY m.measured_at DESC
           LIMIT 1) AS weight_kg
    FROM accounts_settings AS s
   WHERE s.user_id = %(user_id)s
), items AS (
  SELECT l.eaten_on AS day,
         json_agg(json_build_array(
           l.slot, i.grams, i.basis,
           (SELECT coalesce(json_object_agg(n.key, n.value), '{}') FROM jsonb_each(i.nutrients) AS n WHERE n.key = ANY (%(slugs)s))
         )) AS found
    FROM nutrition_meallog AS l
    JOIN nutrition_meallogitem AS i ON i.meal_log_id = l.id AND i.user_id = l.user_id AND i.deleted_at IS NULL
   WHERE l.user_id = %(user_id)s AND l.eaten_on BETWEEN %(first)s AND %(last)s AND l.status = 'eaten' AND l.deleted_at IS NULL
   GROUP BY l.eaten_on
), water AS (
  SELECT w.drunk_on AS day, sum(w.amount_ml) AS amount_ml
    FROM nutrition_waterlog AS w
   WHERE w.user_id = %(user_id)s AND w.drunk_on BETWEEN %(first)s AND %(last)s AND w.deleted_at IS NULL
   GROUP BY w.drunk_on
), training AS (
  SELECT w.local_date AS day
    FROM training_workout AS w
   WHERE w.user_id = %(user_id)s AND w.local_date BETWEEN %(first)s AND %(last)s AND w.status <> 'skipped' AND w.deleted_at IS NULL
  UNION
  SELECT s.scheduled_on
    FROM training_scheduledworkout AS s
    LEFT JOIN training_enrolment AS e ON e.id = s.enrolment_id
   WHERE s.user_id = %(user_id)s AND s.scheduled_on BETWEEN %(first)s AND %(last)s AND s.deleted_at IS NULL
     AND s.status <> 'skipped' AND s.workout_id IS NULL AND e.status IS DISTINCT FROM 'paused'
)
SELECT json_build_object(
         'person', (SELECT row_to_json(p) FROM person AS p),
         'items', (SELECT coalesce(json_object_agg(i.day, i.found), '{}') FROM items AS i),
         'drunk_ml', (SELECT coalesce(json_object_agg(w.day, w.amount_ml), '{}') FROM water AS w),
         'training_days', (SELECT coalesce(json_agg(t.day), '[]') FROM training AS t),
         'targets', (SELECT coalesce(json_agg(json_build_object(
                              'id', t.id, 'day_kind', t.day_kind, 'starts_on', t.starts_on, 'energy_kcal', t.energy_kcal,
                              'protein_g', t.protein_g, 'fat_g', t.fat_g, 'carbohydrate_g', t.carbohydrate_g,
                              'fiber_g', t.fiber_g, 'water_ml', t.water_ml, 'nutrients', '{}'::json, 'method', t.method)), '[]')
                       FROM nutrition_nutritiontarget AS t
                      WHERE t.user_id = %(user_id)s AND t.starts_on <= %(last)s AND t.deleted_at IS NULL),
         'weighings', (SELECT coalesce(json_agg(json_build_array(m.local_date, m.value)), '[]')
                         FROM training_measurement AS m
                        WHERE m.user_id = %(user_id)s AND m.kind = 'body_weight' AND m.deleted_at IS NULL
                          AND m.local_date BETWEEN %(weighed_from)s AND %(last)s
                          AND m.measured_at BETWEEN %(weighed_from)s::date - 2 AND %(last)s::date + 2)
       )::text
