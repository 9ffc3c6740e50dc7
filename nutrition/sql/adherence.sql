-- Which supplements were planned, and what was said of their doses in a range of days, as JSON?
SELECT json_build_object(
         'time_zone', (SELECT s.time_zone FROM accounts_settings AS s WHERE s.user_id = %(user_id)s),
         'plans', (SELECT coalesce(json_agg(json_build_object(
                            'id', p.id, 'supplement', p.supplement_id, 'name', coalesce(nullif(p.typed_name, ''), s.name),
                            'weekdays', p.weekdays, 'times', p.times, 'starts_on', p.starts_on, 'ends_on', p.ends_on,
                            'cycle_days_on', p.cycle_days_on, 'cycle_days_off', p.cycle_days_off, 'paused', p.paused
                          ) ORDER BY s.name, p.id), '[]')
                     FROM nutrition_supplementplan AS p
                     JOIN catalog_supplement AS s ON s.id = p.supplement_id
                    WHERE p.user_id = %(user_id)s AND p.deleted_at IS NULL
                      AND p.starts_on <= %(last)s AND (p.ends_on IS NULL OR p.ends_on >= %(first)s)),
         'said', (SELECT coalesce(json_agg(json_build_array(d.taken_on, d.plan_id, d.due_time, d.status)), '[]')
                    FROM nutrition_supplementlog AS d
                   WHERE d.user_id = %(user_id)s AND d.taken_on BETWEEN %(first)s AND %(last)s AND d.plan_id IS NOT NULL
                     AND d.deleted_at IS NULL)
       )::text
