-- What was eaten, taken and drunk on a day, and what is needed to read it, as JSON?
WITH person AS MATERIALIZED (
  SELECT s.sex, s.birth_date, s.height_m, s.life_stage, s.eating_disorder_flag, s.time_zone,
         coalesce(extract(year FROM age(%(day)s::date, CASE WHEN s.birth_date <= %(day)s THEN s.birth_date END)), %(adult_y)s) AS years,
         (SELECT m.value
            FROM training_measurement AS m
           WHERE m.user_id = s.user_id AND m.kind = 'body_weight' AND m.deleted_at IS NULL
             AND m.local_date <= %(day)s AND m.measured_at < %(day)s::date + 2  -- for the index: the zones of the earth
           ORDER BY m.measured_at DESC
           LIMIT 1) AS weight_kg
    FROM accounts_settings AS s
   WHERE s.user_id = %(user_id)s
), logs AS MATERIALIZED (
  SELECT l.id, l.slot, l.status, l.title, l.meal_id, l.servings, l.eaten_at, l.time_zone
    FROM nutrition_meallog AS l
   WHERE l.user_id = %(user_id)s AND l.eaten_on = %(day)s AND l.deleted_at IS NULL
), items AS (
  SELECT i.meal_log_id,
         json_agg(json_build_object(
           'id', i.id, 'food', i.food_id, 'name', coalesce(nullif(i.typed_name, ''), f.name, ''), 'grams', i.grams,
           'portion', i.portion, 'portion_count', i.portion_count, 'nutrients', i.nutrients, 'basis', i.basis
         ) ORDER BY i.position, i.id) AS found
    FROM logs AS l
    JOIN nutrition_meallogitem AS i ON i.meal_log_id = l.id AND i.user_id = %(user_id)s AND i.deleted_at IS NULL
    LEFT JOIN catalog_food AS f ON f.id = i.food_id
   GROUP BY i.meal_log_id
), plans AS MATERIALIZED (
  SELECT p.*
    FROM nutrition_supplementplan AS p
   WHERE p.user_id = %(user_id)s AND p.deleted_at IS NULL AND NOT p.paused
     AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on >= %(day)s)
), doses AS MATERIALIZED (
  SELECT d.*
    FROM nutrition_supplementlog AS d
   WHERE d.user_id = %(user_id)s AND d.taken_on = %(day)s AND d.deleted_at IS NULL
), supplements AS MATERIALIZED (
  SELECT s.*
    FROM catalog_supplement AS s
   WHERE s.id IN (SELECT p.supplement_id FROM plans AS p UNION SELECT d.supplement_id FROM doses AS d)
), targets AS (
  SELECT DISTINCT ON (t.day_kind) t.*
    FROM nutrition_nutritiontarget AS t
   WHERE t.user_id = %(user_id)s AND t.starts_on <= %(day)s AND t.deleted_at IS NULL
   ORDER BY t.day_kind, t.starts_on DESC
)
SELECT json_build_object(
         'person', (SELECT row_to_json(p) FROM person AS p),
         'is_training_day',
           EXISTS (SELECT FROM training_workout AS w
                    WHERE w.user_id = %(user_id)s AND w.local_date = %(day)s AND w.status <> 'skipped' AND w.deleted_at IS NULL)
           OR EXISTS (SELECT FROM training_scheduledworkout AS s
                        LEFT JOIN training_enrolment AS e ON e.id = s.enrolment_id
                       WHERE s.user_id = %(user_id)s AND s.scheduled_on = %(day)s AND s.deleted_at IS NULL
                         AND s.status <> 'skipped' AND s.workout_id IS NULL AND e.status IS DISTINCT FROM 'paused'),
         'logs', (SELECT coalesce(json_agg(json_build_object(
                           'id', l.id, 'slot', l.slot, 'status', l.status, 'title', l.title, 'meal', l.meal_id,
                           'servings', l.servings, 'eaten_at', l.eaten_at, 'time_zone', l.time_zone,
                           'items', coalesce(i.found, '[]')
                         ) ORDER BY l.eaten_at NULLS LAST, l.id), '[]')
                    FROM logs AS l LEFT JOIN items AS i ON i.meal_log_id = l.id),
         'targets', (SELECT coalesce(json_agg(json_build_object(
                              'id', t.id, 'day_kind', t.day_kind, 'starts_on', t.starts_on, 'energy_kcal', t.energy_kcal,
                              'protein_g', t.protein_g, 'fat_g', t.fat_g, 'carbohydrate_g', t.carbohydrate_g,
                              'fiber_g', t.fiber_g, 'water_ml', t.water_ml, 'nutrients', t.nutrients, 'method', t.method)), '[]')
                       FROM targets AS t),
         'plans', (SELECT coalesce(json_agg(json_build_object(
                            'id', p.id, 'supplement', p.supplement_id, 'name', coalesce(nullif(p.typed_name, ''), s.name),
                            'dose', p.dose, 'dose_unit', p.dose_unit, 'with_food', p.with_food,
                            'weekdays', p.weekdays, 'times', p.times, 'starts_on', p.starts_on, 'ends_on', p.ends_on,
                            'cycle_days_on', p.cycle_days_on, 'cycle_days_off', p.cycle_days_off,
                            'holds', nutrition_dose_holds(s.contents, s.nutrients, CASE WHEN s.dose_basis = 'serving' THEN s.dose_low END,
                                                          s.dose_unit, p.dose, p.dose_unit)
                          ) ORDER BY p.id), '[]')
                     FROM plans AS p JOIN supplements AS s ON s.id = p.supplement_id),
         'doses', (SELECT coalesce(json_agg(json_build_object(
                            'id', d.id, 'plan', d.plan_id, 'supplement', d.supplement_id, 'name', s.name, 'status', d.status,
                            'due_time', d.due_time, 'taken_at', d.taken_at,
                            'local_time', to_char(d.taken_at AT TIME ZONE d.time_zone, 'HH24:MI'),
                            'dose', d.dose, 'dose_unit', d.dose_unit, 'holds', d.nutrients
                          ) ORDER BY d.taken_at NULLS LAST, nullif(d.due_time, '') NULLS LAST, d.id), '[]')
                     FROM doses AS d JOIN supplements AS s ON s.id = d.supplement_id),
         'supplements', (SELECT coalesce(json_agg(json_build_object(
                                  'id', s.id, 'name', s.name,
                                  'supplies', s.nutrients || ARRAY(SELECT jsonb_object_keys(s.contents)),
                                  'contraindications', s.contraindications, 'upper_limit', s.upper_limit,
                                  'upper_limit_unit', s.upper_limit_unit, 'upper_limit_applies_to', s.upper_limit_applies_to)), '[]')
                           FROM supplements AS s),
         'interactions', (SELECT coalesce(json_agg(json_build_object(
                                   'id', i.id, 'supplement', i.supplement_id, 'with_supplement', i.with_supplement_id,
                                   'with_nutrients', i.with_nutrients, 'severity', i.severity, 'separate_hours', i.separate_hours,
                                   'effect', i.effect, 'advice', i.advice, 'ask_clinician', i.ask_clinician)), '[]')
                            FROM catalog_supplementinteraction AS i
                           WHERE i.supplement_id IN (SELECT s.id FROM supplements AS s) AND i.deleted_at IS NULL
                             AND (i.with_supplement_id IN (SELECT s.id FROM supplements AS s) OR i.with_nutrients <> '{}')),
         'drunk_ml', (SELECT coalesce(sum(w.amount_ml), 0)
                        FROM nutrition_waterlog AS w
                       WHERE w.user_id = %(user_id)s AND w.drunk_on = %(day)s AND w.deleted_at IS NULL)
       )::text,
       json_build_object(  -- the same text for the same tables and kind of person
         'nutrients', (SELECT coalesce(json_agg(json_build_array(n.slug, n.name, n.unit, n.position)), '[]') FROM catalog_nutrient AS n),
         'intakes', (SELECT coalesce(json_agg(json_build_array(
                              r.nutrient_id, r.unit, r.kind, r.sex, r.stage, r.age_from_y, r.age_below_y, r.value, r.applies_to)), '[]')
                       FROM catalog_referenceintake AS r, person AS p
                      WHERE r.kind <> 'ear' AND r.stage IN ('', p.life_stage)
                        AND (r.stage <> ''  -- whether a stage is treated apart is seen in all of its ages
                             OR r.age_from_y <= p.years + 1 AND (r.age_below_y IS NULL OR r.age_below_y >= p.years)))
       )::text
