-- How much of which nutrient do they hold?
COPY fdc_amount (fdc_id, nutrient, amount) FROM STDIN
