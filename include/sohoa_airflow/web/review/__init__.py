"""The review desk as web pages: what waits, one document with its page images, and decisions on it.

What others may call:
    router       the routes below /review, in `sohoa_airflow.web.review.routes`
    Person       who asks and in which role, in `sohoa_airflow.web.review.people`
"""
