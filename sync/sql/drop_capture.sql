-- What do capture triggers of before not know?
DROP FUNCTION sync_capture_deleted(smallint, sync_row[]), sync_capture(smallint, sync_row[], boolean, boolean);
DROP TYPE sync_row;
