"""A graph in another time zone."""

import datetime

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

try:
    from airflow.sdk import DAG, CronDataIntervalTimetable
except ImportError:
    from airflow import DAG
    from airflow.timetables.interval import CronDataIntervalTimetable

RUNTIME = (
    "{{ (dag_run.data_interval_start or dag_run.logical_date"
    " or dag_run.run_after) | ts }}"
)
RUN_ID = "{{ run_id }}"
CONF = "{{ (dag_run.conf or {}) | tojson }}"

with DAG(
    dag_id="graph__dev",
    schedule=CronDataIntervalTimetable("30 2 * * 1-5", timezone="Europe/Warsaw"),
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
    extract = KubernetesPodOperator(
        task_id="extract",
        name="extract",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image="127.0.0.1:5000/demo@sha256:0123456789abcdef",
        arguments=[
            "run",
            "--job",
            "wf.extract",
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
    clean = KubernetesPodOperator(
        task_id="clean",
        name="clean",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image="127.0.0.1:5000/demo@sha256:0123456789abcdef",
        arguments=[
            "run",
            "--job",
            "wf.clean",
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
    load = KubernetesPodOperator(
        task_id="load",
        name="load",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image="127.0.0.1:5000/demo@sha256:0123456789abcdef",
        arguments=[
            "run",
            "--job",
            "wf.load",
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
    report = KubernetesPodOperator(
        task_id="report",
        name="report",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image="127.0.0.1:5000/demo@sha256:0123456789abcdef",
        arguments=[
            "run",
            "--job",
            "wf.report",
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
    extract >> [clean, load]
    [clean, load] >> report
