-- Up to which version is the history of an epoch the one that goes on? (no row: an epoch that is not known)
SELECT CASE WHEN h.epoch = %(epoch)s::uuid THEN h.version
            ELSE (SELECT min(later.version) FROM sync_past_epoch AS later
                   WHERE later.user_id = h.user_id AND later.id >= (
                     SELECT max(own.id) FROM sync_past_epoch AS own WHERE own.user_id = h.user_id AND own.epoch = %(epoch)s::uuid)) END
  FROM sync_head AS h WHERE h.user_id = %(user_id)s::uuid
