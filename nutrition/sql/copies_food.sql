-- What did the food hold when it was logged? (body of a row trigger; an upsert passes it as an INSERT first, even where the row is
-- there. What was never known stays so, also where an archive is taken in; and where foods are merged, their logs keep what they
-- have.)
IF NEW.nutrients <> '{}' OR NEW.food_id IS NULL OR NEW.basis <> 'per_100_g' OR current_setting('sync.source', TRUE) = 'import' THEN
  RETURN NEW;
END IF;
IF TG_OP = 'INSERT' THEN
  IF EXISTS (SELECT FROM nutrition_meallogitem AS i WHERE i.id = NEW.id) THEN
    RETURN NEW;
  END IF;
ELSIF OLD.nutrients = '{}' AND OLD.basis = NEW.basis AND (OLD.food_id = NEW.food_id OR EXISTS (
  SELECT FROM catalog_merge AS m
   WHERE m.entity = 'food' AND m.loser_id IN (OLD.food_id, NEW.food_id)
     AND (m.loser_id, m.winner_id) IN ((OLD.food_id, NEW.food_id), (NEW.food_id, OLD.food_id))
)) THEN
  RETURN NEW;
END IF;
NEW.nutrients := coalesce(
  (SELECT f.nutrients FROM catalog_food AS f WHERE f.id = NEW.food_id AND (f.user_id IS NULL OR f.user_id = NEW.user_id)),
  '{}'
);
RETURN NEW;
