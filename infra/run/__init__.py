"""Runs Airflow, a store and the sample press on one machine: `make run`, `up`, `down`, `shell`."""
