-- How far has the device come?
INSERT INTO sync_device (device_id, last_seq, last_eff_ms, acked_version, schema_version, skew_ms, seen_at)
VALUES (%(device_id)s::uuid, %(last_seq)s, %(last_eff_ms)s, %(acked_version)s, %(schema_version)s, %(skew_ms)s, %(seen_at)s)
    ON CONFLICT (device_id) DO UPDATE
   SET (last_seq, last_eff_ms, acked_version, schema_version, skew_ms, seen_at)
     = (excluded.last_seq, excluded.last_eff_ms, excluded.acked_version, excluded.schema_version, excluded.skew_ms, excluded.seen_at)
