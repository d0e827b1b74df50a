"""The library behind sohoa (số hóa = digitise): stations that a scan passes on its way to a rate.

It knows nothing of Airflow. The command line and the DAGs call the same functions.
"""
