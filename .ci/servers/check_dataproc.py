#!/usr/bin/env python3
"""Proves that the hooks and triggers of Airflow's Google provider work on the stand-in for Dataproc.

    check_dataproc.py BUCKET

Run by an Airflow's Python with the environment that set_airflow_env of lib.sh makes. BUCKET of the fake of
Cloud Storage holds jobs.jar with the class Copy, and raw/a.txt with "one". Prints what differs; exit code 0 =
nothing.
"""

import asyncio
import os
import sys
import time
import uuid

from airflow.providers.google.cloud.hooks.dataproc import DataprocAsyncHook, DataprocHook
from airflow.providers.google.cloud.triggers import dataproc as triggers
from google.api_core import exceptions

BUCKET = sys.argv[1]
WHERE = {"project_id": "bigflow-ci", "region": "europe-west1"}
POLL = {**WHERE, "polling_interval_seconds": 0.2}
CLUSTER = "average-speed-20260101-000000-000000"
CONFIG = {
    "gce_cluster_config": {"zone_uri": "europe-west1-b", "internal_ip_only": True},
    "master_config": {"num_instances": 1, "machine_type_uri": "n2-standard-4"},
    "worker_config": {"num_instances": 2, "disk_config": {"boot_disk_size_gb": 100}},
    "software_config": {"image_version": "3.0-debian12"},
    "lifecycle_config": {"idle_delete_ttl": {"seconds": 600}, "auto_delete_ttl": {"seconds": 3600}},
}
OUTPUT = f"gs://{BUCKET}/{uuid.uuid4()}"
differences = []
hook = DataprocHook(gcp_conn_id="google_cloud_default")


def same(what, expected, actual):
    if expected != actual:
        differences.append(f"{what}: expected {expected!r}, got {actual!r}")


def raised(function, **arguments):
    """The class of the error that a call ends in."""
    try:
        function(**arguments)
    except exceptions.GoogleAPICallError as error:
        return type(error)
    return None


def event(trigger):
    """What a trigger tells its operator, as in the triggerer."""

    async def first():
        async for found in trigger.run():
            return found.payload

    return asyncio.run(asyncio.wait_for(first(), 60))


def create(name=CLUSTER, config=CONFIG):
    return hook.create_cluster(cluster_name=name, cluster_config=config, labels={"workflow": "a_b"}, **WHERE)


def job(*options, cluster=CLUSTER, name="Copy"):
    return {
        "reference": {"project_id": "bigflow-ci"},
        "placement": {"cluster_name": cluster},
        "spark_job": {
            "main_class": name,
            "jar_file_uris": [f"gs://{BUCKET}/jobs.jar"],
            "args": ["--input", f"gs://{BUCKET}/raw/", "--output", f"{OUTPUT}/out/", *options],
            "properties": {"spark.given": "yes"},
        },
    }


def submit(*options, **others):
    return hook.submit_job(job=job(*options, **others), **WHERE).reference.job_id


def end(job_id):
    """State and details of a job that has ended."""
    found = event(triggers.DataprocSubmitTrigger(job_id=job_id, **POLL))
    same("a job's event", job_id, found["job_id"])
    return found["job_state"], found["job"]["status"]["details"]


same("a job on no cluster", exceptions.NotFound, raised(hook.submit_job, job=job(), **WHERE))
same("no cluster", exceptions.NotFound, raised(hook.delete_cluster, cluster_name=CLUSTER, **WHERE))
same("a bad name", exceptions.InvalidArgument, raised(create, name="average_speed"))
short = {"lifecycle_config": {"idle_delete_ttl": {"seconds": 60}}}
same("a short life", exceptions.InvalidArgument, raised(create, config=short))

create()
same("a cluster again", exceptions.AlreadyExists, raised(create))
same("a job too early", exceptions.FailedPrecondition, raised(hook.submit_job, job=job(), **WHERE))
found = hook.get_cluster(cluster_name=CLUSTER, **WHERE)
same("a new cluster", "CREATING", found.status.state.name)
same("its configuration", 600, found.config.lifecycle_config.idle_delete_ttl.seconds)
found = event(triggers.DataprocClusterTrigger(cluster_name=CLUSTER, **POLL))
same("a made cluster", "RUNNING", found["cluster_state"])

same("a job", ("DONE", ""), end(submit()))
state, details = end(submit("--fail"))
same("a failed job", "ERROR", state)
same("its reason", (True, True), ("exit code 1" in details, "as it was told" in details))
state, details = end(submit(name="Nothing"))
same("a job without its class", ("ERROR", True), (state, "Nothing" in details))
slow = submit("--sleep")
while hook.get_job(job_id=slow, **WHERE).status.state.name != "RUNNING":
    time.sleep(0.1)
hook.cancel_job(job_id=slow, **WHERE)
same("a cancelled job", ("CANCELLED", ""), end(slow))


async def others():
    """Operations, as other triggers ask for them."""
    asynchronous = DataprocAsyncHook(gcp_conn_id="google_cloud_default")
    operation = await asynchronous.create_cluster(cluster_name="another", cluster_config=CONFIG, **WHERE)
    name = operation.operation.name
    while not (found := await asynchronous.get_operation("europe-west1", name)).done:
        await asyncio.sleep(0.2)
    return found.error.message


same("an operation", "", asyncio.run(others()))
hook.wait_for_operation(timeout=30, operation=hook.delete_cluster(cluster_name="another", **WHERE))

hook.delete_cluster(cluster_name=CLUSTER, **WHERE)
found = event(triggers.DataprocDeleteClusterTrigger(cluster_name=CLUSTER, end_time=time.time() + 30, **POLL))
same("a deleted cluster", "success", found["status"])
clusters = hook.get_cluster_client(region="europe-west1").list_clusters(request=WHERE)
same("clusters", [], list(clusters))
address = hook.get_cluster_client(region="europe-west1").transport._host
same("the address", os.environ["DATAPROC_EMULATOR_HOST"], address)

for difference in differences:
    print(difference)
print(OUTPUT.removeprefix(f"gs://{BUCKET}/"))
sys.exit(1 if differences else 0)
