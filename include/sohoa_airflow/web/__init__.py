"""The web page inside Airflow: rates against targets, batches with their outcome, and the review desk.

What others may call:
    app   the FastAPI app in `sohoa_airflow.web.app`; every route asks for Airflow's login
"""
