-- Which of these exercise types are there? Until the transaction ends, nobody writes metadata by their schemas.
SELECT id::text FROM catalog_exercisetype WHERE id = ANY (%(types)s::uuid[]) ORDER BY id FOR UPDATE
