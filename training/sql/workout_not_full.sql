-- Does a workout hold more exercises than it can? (body of a statement trigger)
IF EXISTS (
  SELECT FROM training_exercise AS e
   WHERE e.workout_id IN (SELECT n.workout_id FROM new_rows AS n) AND e.deleted_at IS NULL
   GROUP BY e.workout_id HAVING count(*) > 500
) THEN
  RAISE EXCEPTION 'The workout is full.' USING ERRCODE = 'check_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
