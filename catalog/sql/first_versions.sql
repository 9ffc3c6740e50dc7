-- Under which version of the catalogue does each canonical row stand that was there before there were versions?
UPDATE catalog_exercisetype SET catalog_version = nextval('catalog_version'), published_at = created_at
 WHERE user_id IS NULL AND status IN ('published', 'retired');
UPDATE catalog_program SET catalog_version = nextval('catalog_version'), published_at = created_at
 WHERE user_id IS NULL AND status IN ('published', 'retired');
