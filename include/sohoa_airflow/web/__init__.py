"""The web page inside Airflow: rates against targets, and batches with their outcome; it only reads.

What others may call:
    app   the FastAPI app in `sohoa_airflow.web.app`; every route asks for Airflow's login
"""
