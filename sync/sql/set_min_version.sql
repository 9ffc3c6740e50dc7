-- Up to which version may tombstones be gone?
UPDATE sync_head SET min_version = greatest(min_version, %(version)s) WHERE user_id = %(user_id)s::uuid
