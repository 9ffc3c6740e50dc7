-- What did these mutations say, as they were sent?
SELECT mutation_id::text, payload FROM sync_mutation
 WHERE user_id = %(user_id)s::uuid AND mutation_id = ANY (%(ids)s::uuid[])
