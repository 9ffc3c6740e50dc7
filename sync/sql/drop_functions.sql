-- (takes the functions back)
DROP FUNCTION sync_source();
DROP FUNCTION sync_alloc(uuid);
DROP FUNCTION sync_lock(uuid);
ALTER TABLE sync_head DROP COLUMN xid;
