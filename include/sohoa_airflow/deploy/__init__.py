"""What the init service of docker-compose.yaml runs beside Airflow's own commands."""
