-- Which of these mutations came before, and what became of them?
SELECT mutation_id::text, encode(payload_sha256, 'hex'), status, result, seq FROM sync_mutation
 WHERE user_id = %(user_id)s::uuid AND mutation_id = ANY (%(ids)s::uuid[])
