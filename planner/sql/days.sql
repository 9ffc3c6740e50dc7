-- What is planned, done and written around the days of a range, as JSON?
-- (first, last: the days asked for; low, high: how far away a block may be that touches them; {{completion}} and the like: a row
-- as its document; {{calendar}}: that of training, of the same days)
WITH different AS MATERIALIZED (
  SELECT e.id, e.block_id, e.day, e.cancelled, e.moved_to, e.starts_at, e.ends_at
    FROM planner_blockexception AS e
   WHERE e.user_id = %(user_id)s AND e.deleted_at IS NULL
     AND (e.day BETWEEN %(low)s AND %(high)s OR e.moved_to BETWEEN %(low)s AND %(high)s)
), ticked AS MATERIALIZED (
  SELECT c.*
    FROM planner_completion AS c
   WHERE c.user_id = %(user_id)s AND c.deleted_at IS NULL AND c.day BETWEEN %(low)s AND %(high)s
  UNION ALL  -- of another day, which was moved to here
  SELECT c.*
    FROM different AS e
    JOIN planner_completion AS c ON c.block_id = e.block_id AND c.day = e.day
   WHERE c.user_id = %(user_id)s AND c.deleted_at IS NULL AND e.day NOT BETWEEN %(low)s AND %(high)s
), near AS (
  SELECT b.id
    FROM planner_scheduleblock AS b
   WHERE b.user_id = %(user_id)s AND b.deleted_at IS NULL AND b.on_date BETWEEN %(low)s AND %(high)s
  UNION
  SELECT b.id
    FROM planner_scheduleblock AS b
   WHERE b.user_id = %(user_id)s AND b.deleted_at IS NULL AND b.on_date IS NULL AND cardinality(b.weekdays) > 0
     AND (b.ends_on IS NULL OR b.ends_on >= %(low)s) AND (b.starts_on IS NULL OR b.starts_on <= %(high)s)
  UNION
  SELECT e.block_id FROM different AS e
  UNION
  SELECT c.block_id FROM ticked AS c WHERE c.block_id IS NOT NULL
), blocks AS (
  SELECT b.*
    FROM near
    JOIN planner_scheduleblock AS b ON b.id = near.id
   WHERE b.deleted_at IS NULL
), doses AS MATERIALIZED (
  SELECT s.*
    FROM nutrition_supplementlog AS s
   WHERE s.user_id = %(user_id)s AND s.deleted_at IS NULL AND s.plan_id IS NOT NULL
     AND s.taken_on BETWEEN %(first)s AND %(last)s
), plans AS (
  SELECT p.*
    FROM nutrition_supplementplan AS p
   WHERE p.user_id = %(user_id)s AND p.deleted_at IS NULL
     AND (NOT p.paused AND p.starts_on <= %(last)s AND (p.ends_on IS NULL OR p.ends_on >= %(first)s)
          OR p.id IN (SELECT s.plan_id FROM doses AS s))
), habits AS (
  SELECT h.*
    FROM planner_habit AS h
   WHERE h.user_id = %(user_id)s AND h.deleted_at IS NULL
     AND (NOT h.archived AND h.starts_on <= %(last)s AND (h.ends_on IS NULL OR h.ends_on >= %(first)s)
          OR h.id IN (SELECT c.habit_id FROM ticked AS c WHERE c.day BETWEEN %(first)s AND %(last)s))
)
SELECT json_build_object(
  'blocks', (
    SELECT coalesce(json_agg(json_build_object(
             'id', b.id, 'title', b.title, 'category', b.category, 'colour', b.colour, 'on_date', b.on_date,
             'weekdays', b.weekdays, 'starts_on', b.starts_on, 'ends_on', b.ends_on, 'every_weeks', b.every_weeks,
             'starts_at', b.starts_at, 'ends_at', b.ends_at, 'time_zone', b.time_zone, 'template', b.template_id, 'meal', b.meal_id,
             'notes', b.notes)), '[]')
      FROM blocks AS b),
  'differences', (
    SELECT coalesce(json_agg(json_build_object(
             'id', e.id, 'block', e.block_id, 'day', e.day, 'different', json_build_object(
               'cancelled', e.cancelled, 'moved_to', e.moved_to, 'starts_at', e.starts_at, 'ends_at', e.ends_at))), '[]')
      FROM different AS e),
  'completions', (
    SELECT coalesce(json_agg(json_build_object(
             'of', coalesce(c.block_id, c.habit_id), 'day', c.day, 'document', {completion})), '[]')
      FROM ticked AS c),
  'habits', (
    SELECT coalesce(json_agg(json_build_object(
             'id', h.id, 'title', h.title, 'weekdays', h.weekdays, 'times_per_week', h.times_per_week,
             'target_count', h.target_count, 'unit', h.unit, 'starts_on', h.starts_on, 'ends_on', h.ends_on,
             'archived', h.archived, 'done', m.done, 'skipped', m.skipped) ORDER BY h.position, h.id), '[]')
      FROM habits AS h
     CROSS JOIN LATERAL (  -- days as ordinals, of which 1 is 0001-01-01
           SELECT coalesce(json_agg(c.day - DATE '0001-01-01' + 1)
                           FILTER (WHERE c.status = 'done' AND c.count >= h.target_count), '[]') AS done,
                  coalesce(json_agg(c.day - DATE '0001-01-01' + 1) FILTER (WHERE c.status = 'skipped'), '[]') AS skipped
             FROM planner_completion AS c
            WHERE c.user_id = %(user_id)s AND c.habit_id = h.id AND c.deleted_at IS NULL) AS m),
  'reminders', (
    SELECT coalesce(json_agg(json_build_object(
             'id', r.id, 'of', coalesce(r.block_id, r.habit_id, r.supplement_plan_id), 'minutes_before', r.minutes_before,
             'at_time', r.at_time, 'channel', r.channel)), '[]')
      FROM planner_reminder AS r
     WHERE r.user_id = %(user_id)s AND r.deleted_at IS NULL AND r.enabled
       AND (r.block_id IN (SELECT b.id FROM blocks AS b) OR r.habit_id IN (SELECT h.id FROM habits AS h)
            OR r.supplement_plan_id IN (SELECT p.id FROM plans AS p))),
  'top_three', (
    SELECT coalesce(json_agg(json_build_object('day', t.day, 'document', {top_three_item}) ORDER BY t.day, t.place), '[]')
      FROM planner_topthreeitem AS t
     WHERE t.user_id = %(user_id)s AND t.deleted_at IS NULL AND t.day BETWEEN %(first)s AND %(last)s),
  'log_entries', (
    SELECT coalesce(json_agg(json_build_object('day', l.day, 'document', {log_entry})
                             ORDER BY l.day, coalesce(l.written_at, l.created_at), l.id), '[]')
      FROM planner_logentry AS l
     WHERE l.user_id = %(user_id)s AND l.deleted_at IS NULL AND l.day BETWEEN %(first)s AND %(last)s),
  'mechanisms', (
    SELECT coalesce(json_agg({mechanism} ORDER BY x.position, x.id), '[]')
      FROM planner_mechanism AS x
     WHERE x.user_id = %(user_id)s AND x.deleted_at IS NULL AND x.active),
  'plans', (
    SELECT coalesce(json_agg(json_build_object(
             'id', p.id, 'supplement', p.supplement_id, 'title', coalesce(nullif(p.typed_name, ''), n.name),
             'weekdays', p.weekdays, 'times', p.times, 'cycle_days_on', p.cycle_days_on, 'cycle_days_off', p.cycle_days_off,
             'starts_on', p.starts_on, 'ends_on', p.ends_on, 'paused', p.paused, 'dose', p.dose::text, 'dose_unit', p.dose_unit,
             'with_food', p.with_food) ORDER BY p.created_at, p.id), '[]')
      FROM plans AS p
      JOIN catalog_supplement AS n ON n.id = p.supplement_id),
  'doses', (
    SELECT coalesce(json_agg(json_build_object(
             'plan', s.plan_id, 'day', s.taken_on, 'time', s.due_time, 'document', {supplement_log})), '[]')
      FROM doses AS s),
  'meals', (
    SELECT coalesce(json_agg(json_build_object('day', m.eaten_on, 'document', {meal_log})
                             ORDER BY m.eaten_on, m.eaten_at NULLS LAST, m.created_at, m.id), '[]')
      FROM nutrition_meallog AS m
     WHERE m.user_id = %(user_id)s AND m.deleted_at IS NULL AND m.status = 'planned'
       AND m.eaten_on BETWEEN %(first)s AND %(last)s),
  'training', ({calendar})::json
)::text
