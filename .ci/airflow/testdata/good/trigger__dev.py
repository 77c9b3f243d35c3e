"""A DAG that runs at the moment its cron names."""

import datetime

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

try:
    from airflow.sdk import DAG, CronTriggerTimetable
except ImportError:
    from airflow import DAG
    from airflow.timetables.trigger import CronTriggerTimetable

RUNTIME = (
    "{{ (dag_run.data_interval_start or dag_run.logical_date"
    " or dag_run.run_after) | ts }}"
)
RUN_ID = "{{ run_id }}"
CONF = "{{ (dag_run.conf or {}) | tojson }}"

with DAG(
    dag_id="trigger__dev",
    schedule=CronTriggerTimetable("15 6 * * *", timezone="UTC"),
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
    only_job = KubernetesPodOperator(
        task_id="only_job",
        name="only-job",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image="127.0.0.1:5000/demo@sha256:0123456789abcdef",
        arguments=[
            "run",
            "--job",
            "wf.only_job",
            "--runtime",
            RUNTIME,
            "--env",
            "dev",
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
