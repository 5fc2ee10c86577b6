"""The Airflow DAGs: when outlets are crawled, and when their pages are archived and reported."""
