-- May what this row hangs on be seen? (body of a row trigger; who publishes it meanwhile is waited for)
SELECT p.visible INTO NEW.parent_visible FROM /*parent*/ AS p WHERE p.id = NEW./*column*/ FOR SHARE;
NEW.parent_visible := coalesce(NEW.parent_visible, FALSE);  -- nothing is there: the composite key refuses it
RETURN NEW;
