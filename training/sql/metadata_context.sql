-- Of which types are these exercises, what do the sets of others say, and what may be said by the schema of each type?
--
-- The types are locked against a new schema until the transaction ends, as a foreign key locks what it refers to.
WITH typed AS MATERIALIZED (
    SELECT id, exercise_type_id FROM training_exercise WHERE id = ANY (%(exercises)s::uuid[])
)
SELECT 'exercise', id::text, exercise_type_id::text, NULL FROM typed
UNION ALL
SELECT 'set', id::text, exercise_id::text, metadata::text
FROM training_set
WHERE exercise_id = ANY (%(retyped)s::uuid[]) AND metadata <> '{}' AND deleted_at IS NULL
UNION ALL
SELECT 'type', locked.id::text, NULL, locked.metadata_schema::text
FROM (
    SELECT id, metadata_schema
    FROM catalog_exercisetype
    WHERE id IN (SELECT unnest(%(types)s::uuid[]) UNION SELECT exercise_type_id FROM typed)
    FOR KEY SHARE
) AS locked
