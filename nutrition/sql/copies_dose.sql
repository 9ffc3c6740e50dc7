-- What did the dose hold when it was logged? (body of a row trigger; an upsert passes it as an INSERT first, even where the row is
-- there. What was never known stays so, also where an archive is taken in; and where supplements are merged, their logs keep what they
-- have.)
IF NEW.nutrients <> '{}' OR current_setting('sync.source', TRUE) = 'import' THEN
  RETURN NEW;
END IF;
IF TG_OP = 'INSERT' THEN
  IF EXISTS (SELECT FROM nutrition_supplementlog AS l WHERE l.id = NEW.id) THEN
    RETURN NEW;
  END IF;
ELSIF OLD.nutrients = '{}' AND (NEW.dose, NEW.dose_unit) IS NOT DISTINCT FROM (OLD.dose, OLD.dose_unit)
  AND (OLD.supplement_id = NEW.supplement_id OR EXISTS (
  SELECT FROM catalog_merge AS m
   WHERE m.entity = 'supplement' AND m.loser_id IN (OLD.supplement_id, NEW.supplement_id)
     AND (m.loser_id, m.winner_id) IN ((OLD.supplement_id, NEW.supplement_id), (NEW.supplement_id, OLD.supplement_id))
)) THEN
  RETURN NEW;
END IF;
NEW.nutrients := coalesce(
  (SELECT nutrition_dose_holds(s.contents, s.nutrients, CASE WHEN s.dose_basis = 'serving' THEN s.dose_low END, s.dose_unit, NEW.dose, NEW.dose_unit)
     FROM catalog_supplement AS s
    WHERE s.id = NEW.supplement_id AND (s.user_id IS NULL OR s.user_id = NEW.user_id)),
  '{}'
);
RETURN NEW;
