-- Brings a store of file version 2 to version 3; schema.sql ran before, and made the indexes.
-- Ids in capitals (Swift writes them so) were kept as the app wrote them, beside the server's own in small letters.
UPDATE OR IGNORE record SET id = lower(id) WHERE id <> lower(id);
DELETE FROM record WHERE id <> lower(id);
