"""Has the environment from a variable."""

import datetime

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

RUNTIME = (
    "{{ (dag_run.data_interval_start or dag_run.logical_date"
    " or dag_run.run_after) | ts }}"
)
RUN_ID = "{{ run_id }}"
CONF = "{{ (dag_run.conf or {}) | tojson }}"
ENV = '{{ var.value["bigflow_env"] }}'

with DAG(
    dag_id="env_variable",
    schedule=None,
    start_date=pendulum.datetime(2024, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["bigflow"],
    default_args={
        "owner": "bigflow",
        "depends_on_past": False,
        "retries": 3,
        "retry_delay": datetime.timedelta(seconds=60),
    },
):
    job = KubernetesPodOperator(
        task_id="job",
        name="job",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image="127.0.0.1:5000/demo@sha256:0123456789abcdef",
        arguments=[
            "run",
            "--job",
            "wf.job",
            "--runtime",
            RUNTIME,
            "--env",
            ENV,
            "--run-id",
            RUN_ID,
            "--conf",
            CONF,
        ],
        execution_timeout=datetime.timedelta(hours=3),
        startup_timeout_seconds=900,
        on_finish_action="delete_pod",
        log_events_on_failure=True,
        log_pod_spec_on_failure=False,
        deferrable=False,
    )
