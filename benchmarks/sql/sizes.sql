-- How many bytes does each of these tables have, with its indexes?
SELECT t.name, pg_total_relation_size(t.name::regclass) FROM unnest(%(tables)s::text[]) AS t (name)
