-- Which sets hold something typed that their load contradicts? The load stands, since every client wrote it in one unit; what was typed is emptied. Where there is no load, it is what was typed.
WITH typed AS (
  SELECT id, round(typed_load * CASE typed_load_unit WHEN 'lb' THEN 0.45359237 ELSE 1 END, 2) AS kg
    FROM training_set WHERE typed_load IS NOT NULL
)
UPDATE training_set AS s
   SET load_kg = coalesce(s.load_kg, least(typed.kg, 10000.00)),
       typed_load = CASE WHEN s.load_kg IS NULL AND typed.kg <= 10000.00 THEN s.typed_load END,
       typed_load_unit = CASE WHEN s.load_kg IS NULL AND typed.kg <= 10000.00 THEN s.typed_load_unit ELSE '' END,
       updated_at = now()
  FROM typed
 WHERE typed.id = s.id AND (s.load_kg IS NULL OR abs(s.load_kg - typed.kg) > 0.01);
