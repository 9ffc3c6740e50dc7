-- Which of these mutations came before, and what became of them? (from JSON: of an array, each time would be planned anew)
SELECT m.mutation_id::text, encode(m.payload_sha256, 'hex'), m.status, m.result, m.seq
  FROM json_array_elements_text(%(ids)s::json) AS i (mutation_id)
  JOIN sync_mutation AS m ON m.user_id = %(user_id)s::uuid AND m.mutation_id = i.mutation_id::uuid
