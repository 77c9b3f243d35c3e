"""Workflow hello of com.example:demo 1.0.0 (commit 0123abc)."""

import datetime

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from kubernetes.client import models as k8s

try:
    from airflow.sdk import DAG, CronDataIntervalTimetable
except ImportError:
    from airflow import DAG
    from airflow.timetables.interval import CronDataIntervalTimetable

IMAGE = (
    "127.0.0.1:5000/demo@sha256:"
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)
RUNTIME = (
    "{{ (dag_run.data_interval_start or dag_run.logical_date"
    " or dag_run.run_after) | ts }}"
)
RUN_ID = "{{ run_id }}"
CONF = "{{ (dag_run.conf or {}) | tojson }}"

with DAG(
    dag_id="hello__dev",
    schedule=CronDataIntervalTimetable("0 3 * * *", timezone="UTC"),
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
    say_hello = KubernetesPodOperator(
        task_id="say_hello",
        name="say-hello",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image=IMAGE,
        arguments=[
            "run",
            "--job",
            "hello.say_hello",
            "--runtime",
            RUNTIME,
            "--env",
            "dev",
            "--run-id",
            RUN_ID,
            "--conf",
            CONF,
        ],
        secrets=[
            Secret(
                deploy_type="env",
                deploy_target="DB_PASSWORD",
                secret="db",
                key="password",
            ),
        ],
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "1", "memory": "2G"},
            limits={"cpu": "1", "memory": "2G"},
        ),
        execution_timeout=datetime.timedelta(hours=3),
        startup_timeout_seconds=900,
        on_finish_action="delete_pod",
        log_events_on_failure=True,
        log_pod_spec_on_failure=False,
        deferrable=False,
    )
    say_goodbye = KubernetesPodOperator(
        task_id="say_goodbye",
        name="say-goodbye",
        namespace="composer-user-workloads",
        config_file="/home/airflow/composer_kube_config",
        kubernetes_conn_id="kubernetes_default",
        image=IMAGE,
        arguments=[
            "run",
            "--job",
            "hello.say_goodbye",
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
    say_hello >> say_goodbye
