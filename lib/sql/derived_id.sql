-- What is the id of what is called this within a namespace? (UUID version 3 of RFC 9562, the same as lib.identity.derived_id)
CREATE FUNCTION lib_derived_id(namespace uuid, name text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT overlay(overlay(d.hash PLACING '3' FROM 13) PLACING to_hex(('x' || substr(d.hash, 17, 1))::bit(4)::int & 3 | 8) FROM 17)::uuid
    FROM (SELECT md5(uuid_send(namespace) || convert_to(name, 'UTF8')) AS hash) AS d
$$;
