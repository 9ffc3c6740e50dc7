-- What metadata stand in the exercises of a type and in their sets, whose are they, and which are deleted? Those may come back.
SELECT 'exercise', id::text, id::text, user_id::text, deleted_at IS NOT NULL, metadata::text
FROM training_exercise
WHERE exercise_type_id = %(type)s AND metadata <> '{}'
UNION ALL
SELECT 'set', s.id::text, s.exercise_id::text, s.user_id::text, s.deleted_at IS NOT NULL, s.metadata::text
FROM training_set AS s
JOIN training_exercise AS e ON e.id = s.exercise_id
WHERE e.exercise_type_id = %(type)s AND s.metadata <> '{}'
