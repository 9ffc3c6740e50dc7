-- Who is somebody whose target is set, as far as the floors go?
SELECT s.sex, s.birth_date, s.height_m, s.life_stage, s.eating_disorder_flag, (now() AT TIME ZONE s.time_zone)::date,
       w.value, w.measured_at
  FROM accounts_settings AS s
  LEFT JOIN LATERAL (
    SELECT m.value, m.measured_at
      FROM training_measurement AS m
     WHERE m.user_id = s.user_id AND m.kind = 'body_weight' AND m.deleted_at IS NULL
     ORDER BY m.measured_at DESC
     LIMIT 1
  ) AS w ON TRUE
 WHERE s.user_id = %(user_id)s
