-- Which are the next foods of the download, with all that they hold?
SELECT f.fdc_id, f.line, f.description, f.category, coalesce(s.sr_number, ''), coalesce(b.brand, ''), coalesce(b.gtin, ''),
       b.serving_name, b.serving_size, b.serving_unit, a.numbers, a.amounts, p.names, p.grams
  FROM (SELECT * FROM fdc_food WHERE fdc_id > %(after)s ORDER BY fdc_id LIMIT %(count)s) AS f
  LEFT JOIN fdc_brand AS b USING (fdc_id)
  LEFT JOIN fdc_sr AS s USING (fdc_id)
  LEFT JOIN LATERAL (
    SELECT array_agg(nutrient) AS numbers, array_agg(amount) AS amounts FROM fdc_amount WHERE fdc_id = f.fdc_id
  ) AS a ON TRUE
  LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names, array_agg(grams) AS grams FROM fdc_portion WHERE fdc_id = f.fdc_id
  ) AS p ON TRUE
 ORDER BY f.fdc_id
