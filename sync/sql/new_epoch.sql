-- Which histories begin anew? (one user's or all; the heads in order, as every writer of several locks them; what devices have acknowledged was of the old one)
WITH ended AS MATERIALIZED (
  SELECT user_id, epoch, version FROM sync_head WHERE %(user_id)s::uuid IS NULL OR user_id = %(user_id)s::uuid ORDER BY user_id FOR UPDATE
), past AS (
  INSERT INTO sync_past_epoch (user_id, epoch, version, ended_at)
  SELECT user_id, epoch, CASE WHEN %(known)s THEN version ELSE 0 END, %(at)s FROM ended
), devices AS (
  UPDATE sync_device AS s SET acked_version = 0 FROM accounts_device AS d JOIN ended ON ended.user_id = d.user_id WHERE s.device_id = d.id
), begun AS (
  UPDATE sync_head AS h SET epoch = gen_random_uuid() FROM ended WHERE h.user_id = ended.user_id
)
SELECT count(*) FROM ended
