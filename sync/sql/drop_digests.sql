-- (takes back what keeps the digests)
DROP TRIGGER sync_digest_insert ON sync_record;
DROP TRIGGER sync_digest_update ON sync_record;
DROP TRIGGER sync_digest_delete ON sync_record;
DROP FUNCTION sync_keep_digests();
DROP FUNCTION sync_mark(uuid, bigint);
