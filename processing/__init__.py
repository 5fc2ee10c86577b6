"""What is done with bytes: read, folded, archived. Knows neither Scrapy nor Airflow."""
