-- Under which version of the catalogue does the row stand, and since when is it published? (body of a row trigger; writers wait for
-- each other, so that versions are seen in their order)
IF TG_OP = 'INSERT' OR to_jsonb(OLD) - ARRAY[/*untold*/] IS DISTINCT FROM to_jsonb(NEW) - ARRAY[/*untold*/] THEN
  PERFORM /*lock*/;
  NEW.catalog_version := nextval('catalog_version');
  IF NEW.status = 'published' AND (TG_OP = 'INSERT' OR OLD.status <> 'published') THEN
    NEW.published_at := statement_timestamp();
  END IF;
END IF;
RETURN NEW;
