"""Not Python: airflow dag."""

from airflow import DAG

with DAG(dag_id="syntax_error"
