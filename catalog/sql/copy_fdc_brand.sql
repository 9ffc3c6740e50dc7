-- Whose are the foods of brands?
COPY fdc_brand (fdc_id, brand, gtin, serving_name, serving_size, serving_unit) FROM STDIN
