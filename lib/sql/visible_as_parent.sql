-- May what this row hangs on be seen, and is it still there? (body of a row trigger; who publishes or deletes it meanwhile is
-- waited for, so nothing stays behind below what is deleted)
SELECT p.visible, coalesce(NEW.deleted_at, p.deleted_at) INTO NEW.parent_visible, NEW.deleted_at FROM /*parent*/ AS p WHERE p.id = NEW./*column*/ FOR SHARE;
NEW.parent_visible := coalesce(NEW.parent_visible, FALSE);  -- nothing is there: the composite key refuses it
RETURN NEW;
