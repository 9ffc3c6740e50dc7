-- What are they measured in?
COPY fdc_portion (fdc_id, name, grams) FROM STDIN
