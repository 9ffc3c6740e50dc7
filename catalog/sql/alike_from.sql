-- How alike must names be for the index to find them? (until the end of the transaction)
SELECT set_config('pg_trgm.word_similarity_threshold', %(threshold)s, TRUE)
