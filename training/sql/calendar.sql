-- What was planned, done, skipped and missed on the days of a range, a day at a time, as JSON?
WITH linked AS MATERIALIZED (  -- what is scheduled, and the workout that fulfils it
  SELECT s.id, s.scheduled_on, s.title, s.enrolment_id, s.program_day_id, s.template_id, s.week, s.round, w.id AS workout_id,
         CASE WHEN s.workout_id IS NOT NULL AND w.id IS NULL THEN 'scheduled' ELSE s.status END AS status  -- its workout was deleted
    FROM training_scheduledworkout AS s
    LEFT JOIN training_workout AS w ON w.id = s.workout_id AND w.user_id = s.user_id AND w.deleted_at IS NULL
   WHERE s.user_id = %(user_id)s AND s.deleted_at IS NULL
     AND (s.scheduled_on BETWEEN %(first)s AND %(last)s OR w.local_date BETWEEN %(first)s AND %(last)s)
), trained AS MATERIALIZED (
  SELECT w.id, w.local_date, w.status, w.title, w.started_at, w.ended_at
    FROM training_workout AS w
   WHERE w.user_id = %(user_id)s AND w.deleted_at IS NULL AND w.local_date BETWEEN %(first)s AND %(last)s
), totals AS (
  SELECT e.workout_id, count(DISTINCT e.id) AS exercises, count(t.id) AS sets, sum(t.reps) AS reps,
         sum(t.reps * t.load_kg) FILTER (WHERE t.kind <> 'warm_up') AS volume_kg,
         sum(t.distance_m) AS distance_m
    FROM trained AS w
    JOIN training_exercise AS e ON e.workout_id = w.id AND e.user_id = %(user_id)s AND e.deleted_at IS NULL
    LEFT JOIN training_set AS t ON t.exercise_id = e.id AND t.user_id = %(user_id)s AND t.deleted_at IS NULL
   GROUP BY e.workout_id
), entries AS (
  SELECT w.local_date AS day, w.started_at, w.id,
         json_build_object(
           'state', CASE w.status WHEN 'planned' THEN CASE WHEN w.local_date < %(today)s THEN 'missed' ELSE 'planned' END
                                  WHEN 'completed' THEN 'done' ELSE w.status END,
           'title', coalesce(nullif(w.title, ''), l.title, ''), 'workout', w.id, 'scheduled_workout', l.id,
           'enrolment', l.enrolment_id, 'program_day', l.program_day_id, 'template', l.template_id, 'week', l.week, 'round', l.round,
           'exercises', coalesce(t.exercises, 0), 'sets', coalesce(t.sets, 0), 'reps', coalesce(t.reps, 0),
           'volume_kg', coalesce(t.volume_kg, 0)::numeric(12, 2)::text, 'distance_m', coalesce(t.distance_m, 0)::numeric(12, 2)::text,
           'duration_s', extract(epoch FROM w.ended_at - w.started_at)::int) AS entry
    FROM trained AS w
    LEFT JOIN linked AS l ON l.workout_id = w.id
    LEFT JOIN totals AS t ON t.workout_id = w.id
  UNION ALL
  SELECT l.scheduled_on, NULL, l.id,
         json_build_object(
           'state', CASE WHEN l.status = 'completed' THEN 'done' WHEN l.status <> 'scheduled' THEN l.status
                         WHEN e.id IS NOT NULL AND e.status = 'paused' THEN 'paused'
                         WHEN l.scheduled_on < %(today)s THEN 'missed' ELSE 'planned' END,
           'title', l.title, 'workout', NULL, 'scheduled_workout', l.id,
           'enrolment', l.enrolment_id, 'program_day', l.program_day_id, 'template', l.template_id, 'week', l.week, 'round', l.round,
           'exercises', 0, 'sets', 0, 'reps', 0, 'volume_kg', '0.00', 'distance_m', '0.00', 'duration_s', NULL)
    FROM linked AS l
    LEFT JOIN training_enrolment AS e ON e.id = l.enrolment_id
   WHERE l.workout_id IS NULL
), days AS (
  SELECT day, json_agg(entry ORDER BY started_at NULLS LAST, id) AS entries FROM entries GROUP BY day
)
SELECT coalesce(json_agg(json_build_object('date', day, 'entries', entries) ORDER BY day), '[]')::text FROM days
