"""The seam between Airflow and the library: triggers, assets, defaults, the local stack, the web app."""
