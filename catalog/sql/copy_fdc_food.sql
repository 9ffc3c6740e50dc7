-- Which foods does the download have?
COPY fdc_food (fdc_id, line, description, category) FROM STDIN
