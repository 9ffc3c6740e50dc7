-- Does the change of a part give another version to the canonical whole? (body of a row trigger; what is a draft yet needs none)
IF TG_OP = 'DELETE' THEN
  changed := OLD;
ELSE
  changed := NEW;
END IF;
IF changed.user_id IS NULL THEN
  PERFORM /*lock*/;
  UPDATE /*root*/ SET catalog_version = nextval('catalog_version') WHERE id = /*id*/ AND published_at IS NOT NULL;
END IF;
RETURN NULL;
