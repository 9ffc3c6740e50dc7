-- About which record is each mutation that waits? (of before the column was there)
UPDATE sync_mutation SET record_id = (payload::json ->> 'record_id')::uuid WHERE status = 'deferred' AND payload <> ''
