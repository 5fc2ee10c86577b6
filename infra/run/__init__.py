"""What `make run`, `make up`, `make down` and `make shell` do: Airflow, a store and a press on this one machine."""
