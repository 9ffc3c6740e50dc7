-- Are tombstones of these entities gone that came after this version?
SELECT EXISTS (SELECT FROM sync_purged
                WHERE user_id = %(user_id)s::uuid AND entity = ANY (%(entities)s::smallint[]) AND version > %(version)s)
