-- Which of them stand in USDA SR, under which number?
COPY fdc_sr (fdc_id, sr_number) FROM STDIN
