-- What did the food hold when it was logged? (body of a row trigger; an upsert passes it as an INSERT first, even where the row is
-- there. When foods are merged, or taken into the library, their logs keep what they have.)
IF NEW.food_id IS NULL OR NEW.basis <> 'per_100_g' THEN
  RETURN NEW;
END IF;
IF TG_OP = 'INSERT' THEN
  IF NEW.nutrients <> '{}' OR EXISTS (SELECT FROM nutrition_meallogitem AS i WHERE i.id = NEW.id) THEN
    RETURN NEW;
  END IF;
ELSIF NEW.food_id IS NOT DISTINCT FROM OLD.food_id OR NEW.nutrients NOT IN ('{}', OLD.nutrients) OR EXISTS (
  SELECT FROM catalog_merge AS m
   WHERE m.entity = 'food' AND m.loser_id IN (OLD.food_id, NEW.food_id)
     AND (m.loser_id, m.winner_id) IN ((OLD.food_id, NEW.food_id), (NEW.food_id, OLD.food_id))
) THEN
  RETURN NEW;
END IF;
NEW.nutrients := coalesce(
  (SELECT f.nutrients FROM catalog_food AS f WHERE f.id = NEW.food_id AND (f.user_id IS NULL OR f.user_id = NEW.user_id)),
  NEW.nutrients
);
RETURN NEW;
