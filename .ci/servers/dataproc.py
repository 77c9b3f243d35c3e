#!/usr/bin/env python3
"""A stand-in for the Dataproc API: clusters are names in memory, their Spark jobs run here, in local mode.

    dataproc.py --port PORT --storage URL --spark-classpath FILE --work FOLDER --log FILE
                [--java COMMAND] [--seconds N]

It knows the REST calls of Dataproc v1 that Airflow's operators for clusters and jobs make: create, get,
list and delete clusters; submit, get, list and cancel jobs; get operations. A job is a Spark job with a
main class in jars of Cloud Storage. What it cannot honour it refuses, and an unknown call fails with 501.

--storage          the fake of Cloud Storage with jars, input and output, such as http://127.0.0.1:4443
--spark-classpath  a file with the class path that a cluster would have: Spark's jars
--work             one log file of each job's driver, JOB.log, and the files of jobs that run
--log              every request as a line of JSON: method, path, query, body, status
--java             default: the java of JAVA_HOME, else of the PATH
--seconds          how long a cluster takes to be created and to be deleted (default 1)

Each gs:// argument of a job becomes the path of a local copy. What the job writes, changes or deletes in
such a copy, or beside it, is written to, changed or deleted in Cloud Storage when the job has ended.

Listens on 127.0.0.1. SIGTERM ends the jobs and the server. There is no authentication.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

RESOURCE = "projects/{}/regions/{}/{kind}s/{}"
TYPES = "type.googleapis.com/google.cloud.dataproc.v1."
CLUSTER_NAME = re.compile(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?")
JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
LABEL_KEY = re.compile(r"[a-z][-_a-z0-9]{0,62}")
LABEL_VALUE = re.compile(r"[-_a-z0-9]{0,63}")
DURATION = re.compile(r"(\d+(?:\.\d+)?)s")
MAIN_CLASS = re.compile(r"[\w$]+(\.[\w$]+)*")
GLOB = re.compile(r"[*?\[{]")
SPARK_FIELDS = {"mainClass", "jarFileUris", "args", "properties", "loggingConfig"}
JOB_FIELDS = {"reference", "placement", "sparkJob", "labels", "scheduling"}
# Limits of ClusterConfig.lifecycleConfig, in seconds.
LIFECYCLE = {"idleDeleteTtl": (300, 14 * 86400), "autoDeleteTtl": (600, 14 * 86400)}
ENDED = {"DONE", "ERROR", "CANCELLED"}
GRACE_SECONDS = 5
# What Spark's launcher opens on Java 17: org.apache.spark.launcher.JavaModuleOptions.
OPENED = (
    "java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent "
    "java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar"
)
JVM_OPTIONS = (
    "-Xmx1g",
    "-XX:+UseSerialGC",
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--add-modules=jdk.incubator.vector",
    *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED.split()),
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "--enable-native-access=ALL-UNNAMED",
)
SPARK = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


class ApiError(Exception):
    """An answer that is an error of a Google API."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"error": {"code": code, "status": status, "message": message}}


def invalid(message: str) -> ApiError:
    return ApiError(400, "INVALID_ARGUMENT", message)


def precondition(message: str) -> ApiError:
    return ApiError(400, "FAILED_PRECONDITION", message)


def now() -> str:
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


def not_found(kind: str, key: tuple[str, str, str]) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"Not found: {kind} " + RESOURCE.format(*key, kind=kind.lower()))


def already_exists(kind: str, key: tuple[str, str, str]) -> ApiError:
    return ApiError(
        409, "ALREADY_EXISTS", f"Already exists: {kind} " + RESOURCE.format(*key, kind=kind.lower())
    )


def gs(uri: str) -> tuple[str, str]:
    """The bucket and the name of gs://bucket/name."""
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket:
        raise invalid(f"not a URI of Cloud Storage: {uri!r}")
    return bucket, name


class Storage:
    """The JSON API of Cloud Storage."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def _call(self, method: str, path: str, data: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/octet-stream"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with self.opener.open(request, timeout=60) as answer:
            return answer.read()

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        """The objects whose names begin with the prefix; none if there is no such bucket."""
        token = ""
        while True:
            query = f"prefix={quote(prefix, safe='')}&pageToken={quote(token, safe='')}"
            try:
                page = json.loads(self._call("GET", f"/storage/v1/b/{quote(bucket)}/o?{query}"))
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return
                raise
            yield from (item["name"] for item in page.get("items", []))
            token = page.get("nextPageToken", "")
            if not token:
                return

    def read(self, bucket: str, name: str) -> bytes:
        try:
            return self._call("GET", f"/storage/v1/b/{quote(bucket)}/o/{quote(name, safe='')}?alt=media")
        except urllib.error.HTTPError as error:
            raise OSError(f"cannot read gs://{bucket}/{name}: HTTP {error.code}") from error

    def write(self, bucket: str, name: str, data: bytes) -> None:
        query = f"uploadType=media&name={quote(name, safe='')}"
        try:
            self._call("POST", f"/upload/storage/v1/b/{quote(bucket)}/o?{query}", data)
        except urllib.error.HTTPError as error:
            raise OSError(f"cannot write gs://{bucket}/{name}: HTTP {error.code}") from error

    def delete(self, bucket: str, name: str) -> None:
        try:
            self._call("DELETE", f"/storage/v1/b/{quote(bucket)}/o/{quote(name, safe='')}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise OSError(f"cannot delete gs://{bucket}/{name}: HTTP {error.code}") from error


class Mirror:
    """Local copies of parts of buckets, FOLDER/BUCKET/NAME, and what became of them since."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.storage = storage
        self.folder = folder
        self.copied: dict[Path, tuple[int, int]] = {}

    def local(self, uri: str) -> str:
        """Copies the object or the folder that the URI names, patterns allowed; returns the local path."""
        bucket, name = gs(uri)
        if {".", ".."} & set(name.split("/")):
            raise OSError(f"no names with . or .. between slashes here: {uri!r}")
        pattern = GLOB.search(name)
        fixed = name[: name.rfind("/", 0, pattern.start()) + 1] if pattern else name
        for found in self.storage.names(bucket, fixed):
            if pattern or not fixed or found == fixed or found.startswith(fixed.rstrip("/") + "/"):
                self._copy(bucket, found)
        # Its bucket is there, for what is written to it.
        (self.folder / bucket).mkdir(parents=True, exist_ok=True)
        return f"{self.folder}/{bucket}/{name}"

    def _copy(self, bucket: str, name: str) -> None:
        path = self.folder / bucket / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        elif path not in self.copied:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.storage.read(bucket, name))
            self.copied[path] = self._state(path)

    @staticmethod
    def _state(path: Path) -> tuple[int, int]:
        found = path.stat()
        return found.st_mtime_ns, found.st_size

    def write_back(self) -> None:
        """Makes Cloud Storage what the copies are, without the checksums of Hadoop's local files."""
        present = {path for path in self.folder.rglob("*") if path.is_file()}
        for path in sorted(self.copied.keys() - present):
            self.storage.delete(*self._object(path))
        for path in sorted(present):
            hidden = path.name.startswith(".") and path.name.endswith(".crc")
            if not hidden and self.copied.get(path) != self._state(path):
                self.storage.write(*self._object(path), path.read_bytes())

    def _object(self, path: Path) -> tuple[str, str]:
        bucket, *parts = path.relative_to(self.folder).parts
        return bucket, "/".join(parts)


class Job:
    """A submitted job and, while it runs, its process."""

    def __init__(self, server: Dataproc, key: tuple[str, str, str], body: dict) -> None:
        self.server = server
        self.key = key
        self.lock = threading.RLock()
        self.process: subprocess.Popen | None = None
        self.cancelled = False
        self.driver_log = server.options.work / f"{key[2]}.log"
        self.resource = copy.deepcopy(body)
        self.resource["reference"] = {"projectId": key[0], "jobId": key[2]}
        self.resource |= {"jobUuid": str(uuid.uuid4()), "statusHistory": [], "done": False}
        self.resource["driverOutputResourceUri"] = self.driver_log.as_uri()
        self.state("PENDING")
        self.thread = threading.Thread(target=self._run, daemon=True)

    def state(self, state: str, details: str = "") -> None:
        with self.lock:
            if "status" in self.resource:
                self.resource["statusHistory"].append(self.resource["status"])
            self.resource["status"] = {"state": state, "stateStartTime": now()}
            if details:
                self.resource["status"]["details"] = details
            self.resource["done"] = state in ENDED

    def json(self) -> dict:
        with self.lock:
            return copy.deepcopy(self.resource)

    def cancel(self) -> None:
        """Ends the process and all that it has started."""
        with self.lock:
            if self.resource["done"]:
                return
            if not self.cancelled:
                self.cancelled = True
                self.state("CANCEL_PENDING")
            process = self.process
        if process:
            signal_group(process, signal.SIGTERM)
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                signal_group(process, signal.SIGKILL)

    def _run(self) -> None:
        folder = self.server.options.work / self.key[2]
        try:
            failure = self._execute(folder)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
            with self.driver_log.open("a") as log:
                traceback.print_exc(file=log)
        shutil.rmtree(folder, ignore_errors=True)
        with self.lock:
            if self.cancelled:
                self.state("CANCELLED")
            elif failure:
                self.state("ERROR", failure)
            else:
                self.state("DONE")

    def _execute(self, folder: Path) -> str:
        """Runs the job; returns what went wrong, nothing if it is done."""
        spark_job = self.resource["sparkJob"]
        storage = self.server.storage
        mirror = Mirror(storage, folder / "gs")
        (folder / "tmp").mkdir(parents=True)
        class_path = []
        for number, uri in enumerate(spark_job.get("jarFileUris", [])):
            bucket, name = gs(uri)
            path = folder / f"jar-{number}" / Path(name).name
            path.parent.mkdir()
            path.write_bytes(storage.read(bucket, name))
            class_path.append(str(path))
        class_path.append(self.server.options.spark_classpath.read_text().strip())
        arguments = []
        for argument in spark_job.get("args", []):
            # gs://bucket/name or --option=gs://bucket/name
            option, found, rest = argument.partition("gs://")
            arguments.append(
                option + mirror.local(found + rest)
                if found and re.fullmatch(r"(--?[\w.-]+=)?", option)
                else argument
            )
        properties = {
            **spark_job.get("properties", {}),
            **SPARK,
            "spark.app.name": spark_job["mainClass"],
            "spark.local.dir": str(folder / "tmp"),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "java.io.tmpdir": str(folder / "tmp"),
        }
        command = [
            self.server.options.java,
            *JVM_OPTIONS,
            *(f"-D{name}={value}" for name, value in properties.items()),
            "-cp",
            os.pathsep.join(filter(None, class_path)),
            spark_job["mainClass"],
            *arguments,
        ]
        with self.driver_log.open("ab") as log:
            with self.lock:
                if self.cancelled:
                    return ""
                # A group of its own, so that its children end with it.
                self.process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self.state("RUNNING")
            code = self.process.wait()
        mirror.write_back()
        if code == 0:
            return ""
        output = self.driver_log.read_text(errors="replace").strip()
        # The reason is the first line of a long stack trace.
        thrown = output.rfind("Exception in thread ")
        said = output[thrown:][:2000] if thrown >= 0 else output[-2000:]
        return f"Job failed with exit code {code}. The driver's output is in {self.driver_log}:\n{said}"


def signal_group(process: subprocess.Popen, number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


class Cluster:
    """A cluster: a description, and the times at which it is there and gone."""

    def __init__(self, key: tuple[str, str, str], body: dict, ready: float) -> None:
        self.key = key
        self.ready = ready
        self.gone: float | None = None
        self.uuid = str(uuid.uuid4())
        self.body = copy.deepcopy(body)
        self.created = now()

    def state(self) -> str:
        if self.gone is not None:
            return "DELETING"
        return "RUNNING" if time.monotonic() >= self.ready else "CREATING"

    def json(self) -> dict:
        return self.body | {
            "projectId": self.key[0],
            "clusterName": self.key[2],
            "clusterUuid": self.uuid,
            "status": {"state": self.state(), "stateStartTime": self.created},
        }


class Dataproc:
    """Clusters, jobs and operations, and the calls on them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.storage = Storage(options.storage)
        self.lock = threading.RLock()
        # By project, region and name.
        self.clusters: dict[tuple[str, str, str], Cluster] = {}
        self.jobs: dict[tuple[str, str, str], Job] = {}
        # Name, when it is done, metadata, response.
        self.operations: dict[str, tuple[float, dict, dict]] = {}
        # Requests with an id that were answered before.
        self.requests: dict[tuple[str, str], str] = {}

    def call(self, method: str, path: str, query: dict[str, str], body: dict) -> dict:
        """The answer to a request."""
        found = re.fullmatch(
            r"/v1/projects/([^/]+)/regions/([^/]+)/(clusters|jobs|operations)(?:/([^/:]+))?(?::(\w+))?", path
        )
        calls = {
            ("POST", "clusters", False, None): self.create_cluster,
            ("GET", "clusters", False, None): self.list_clusters,
            ("GET", "clusters", True, None): self.get_cluster,
            ("DELETE", "clusters", True, None): self.delete_cluster,
            ("POST", "jobs", False, "submit"): self.submit_job,
            ("GET", "jobs", False, None): self.list_jobs,
            ("GET", "jobs", True, None): self.get_job,
            ("POST", "jobs", True, "cancel"): self.cancel_job,
            ("GET", "operations", True, None): self.get_operation,
        }
        call = found and calls.get((method, found[3], found[4] is not None, found[5]))
        if not call:
            raise ApiError(501, "UNIMPLEMENTED", f"this stand-in for Dataproc does not know {method} {path}")
        project, region, name = (unquote(found[group] or "") for group in (1, 2, 4))
        with self.lock:
            self._forget_deleted()
            return call((project, region, name), query, body)

    def _forget_deleted(self) -> None:
        for key, cluster in list(self.clusters.items()):
            if cluster.gone is not None and time.monotonic() >= cluster.gone:
                del self.clusters[key]

    def _cluster(self, key: tuple[str, str, str]) -> Cluster:
        if key not in self.clusters:
            raise not_found("Cluster", key)
        return self.clusters[key]

    def _job(self, key: tuple[str, str, str]) -> Job:
        if key not in self.jobs:
            raise not_found("Job", key)
        return self.jobs[key]

    def _operation(self, cluster: Cluster, kind: str, done: float, response: dict) -> str:
        name = RESOURCE.format(*cluster.key[:2], uuid.uuid4(), kind="operation")
        metadata = {
            "@type": TYPES + "ClusterOperationMetadata",
            "clusterName": cluster.key[2],
            "clusterUuid": cluster.uuid,
            "operationType": kind,
        }
        self.operations[name] = (done, metadata, response)
        return name

    def _operation_json(self, name: str) -> dict:
        at, metadata, response = self.operations[name]
        done = time.monotonic() >= at
        metadata = metadata | {"status": {"state": "DONE" if done else "RUNNING"}}
        answer = {"name": name, "metadata": metadata, "done": done}
        return answer | ({"response": response} if done else {})

    def create_cluster(self, key: tuple[str, str, str], query: dict[str, str], body: dict) -> dict:
        request = ("create", query.get("requestId") or str(uuid.uuid4()))
        if request not in self.requests:
            name = body.get("clusterName", "")
            check_cluster(key[0], name, body)
            key = (*key[:2], name)
            if key in self.clusters:
                raise already_exists("Cluster", key)
            cluster = Cluster(key, body, time.monotonic() + self.options.seconds)
            self.clusters[key] = cluster
            response = cluster.json() | {"@type": TYPES + "Cluster", "status": {"state": "RUNNING"}}
            self.requests[request] = self._operation(cluster, "CREATE", cluster.ready, response)
        return self._operation_json(self.requests[request])

    def get_cluster(self, key: tuple[str, str, str], _query: dict[str, str], _body: dict) -> dict:
        return self._cluster(key).json()

    def list_clusters(self, key: tuple[str, str, str], _query: dict[str, str], _body: dict) -> dict:
        return {"clusters": [found.json() for found in self.clusters.values() if found.key[:2] == key[:2]]}

    def delete_cluster(self, key: tuple[str, str, str], query: dict[str, str], _body: dict) -> dict:
        request = ("delete", query.get("requestId") or str(uuid.uuid4()))
        if request not in self.requests:
            cluster = self._cluster(key)
            if query.get("clusterUuid", cluster.uuid) != cluster.uuid:
                raise not_found("Cluster", (*key[:2], query["clusterUuid"]))
            if cluster.gone is not None:
                raise precondition(f"Cluster {key[2]!r} is being deleted already.")
            cluster.gone = time.monotonic() + self.options.seconds
            for job in self.jobs.values():
                if job.key[:2] == key[:2] and job.resource["placement"]["clusterName"] == key[2]:
                    threading.Thread(target=job.cancel, daemon=True).start()
            response = {"@type": "type.googleapis.com/google.protobuf.Empty"}
            self.requests[request] = self._operation(cluster, "DELETE", cluster.gone, response)
        return self._operation_json(self.requests[request])

    def get_operation(self, key: tuple[str, str, str], _query: dict[str, str], _body: dict) -> dict:
        name = RESOURCE.format(*key, kind="operation")
        if name not in self.operations:
            raise not_found("Operation", key)
        return self._operation_json(name)

    def submit_job(self, key: tuple[str, str, str], _query: dict[str, str], body: dict) -> dict:
        request = ("submit", body.get("requestId") or str(uuid.uuid4()))
        if request not in self.requests:
            job = body.get("job", {})
            check_job(key[0], job)
            cluster = self._cluster((*key[:2], job["placement"]["clusterName"]))
            if cluster.state() != "RUNNING":
                raise precondition(f"Cluster '{cluster.key[2]}' is in state {cluster.state()}, not RUNNING.")
            name = job.get("reference", {}).get("jobId") or str(uuid.uuid4())
            key = (*key[:2], name)
            # Files are named by the id alone.
            if any(name == other[2] for other in self.jobs):
                raise already_exists("Job", key)
            self.jobs[key] = Job(self, key, job)
            self.jobs[key].resource["placement"]["clusterUuid"] = cluster.uuid
            self.requests[request] = name
            self.jobs[key].thread.start()
        return self.jobs[(*key[:2], self.requests[request])].json()

    def get_job(self, key: tuple[str, str, str], _query: dict[str, str], _body: dict) -> dict:
        return self._job(key).json()

    def list_jobs(self, key: tuple[str, str, str], query: dict[str, str], _body: dict) -> dict:
        jobs = [found.json() for found in self.jobs.values() if found.key[:2] == key[:2]]
        wanted = query.get("clusterName")
        return {"jobs": [job for job in jobs if wanted in (None, job["placement"]["clusterName"])]}

    def cancel_job(self, key: tuple[str, str, str], _query: dict[str, str], _body: dict) -> dict:
        job = self._job(key)
        threading.Thread(target=job.cancel, daemon=True).start()
        return job.json()

    def stop(self) -> None:
        """Ends all jobs."""
        with self.lock:
            jobs = list(self.jobs.values())
        for job in jobs:
            job.cancel()
        for job in jobs:
            job.thread.join(GRACE_SECONDS)


def refuse_unknown(what: str, found: dict, known: set[str]) -> None:
    """Fails for a field that has a value and would be ignored."""
    unknown = sorted(name for name, value in found.items() if value and name not in known)
    if unknown:
        raise invalid(f"{what}: this stand-in for Dataproc does not know {', '.join(unknown)}")


def check_labels(labels: dict[str, str]) -> None:
    for name, value in labels.items():
        if not LABEL_KEY.fullmatch(name) or not LABEL_VALUE.fullmatch(value):
            raise invalid(f"Invalid label: {name!r}: {value!r}")


def check_cluster(project: str, name: str, body: dict) -> None:
    """What Dataproc documents of names, labels and the times after which a cluster deletes itself."""
    if not CLUSTER_NAME.fullmatch(name):
        raise invalid(
            f"Invalid cluster name {name!r}: a lowercase letter, then up to 51 lowercase letters, digits and "
            "hyphens, and no hyphen at the end"
        )
    if body.get("projectId", project) != project:
        raise invalid(f"The cluster's project {body['projectId']!r} is not the request's {project!r}")
    check_labels(body.get("labels", {}))
    lifecycle = body.get("config", {}).get("lifecycleConfig", {})
    for field, (least, most) in LIFECYCLE.items():
        found = DURATION.fullmatch(lifecycle.get(field, f"{least}s"))
        if not found or not least <= float(found[1]) <= most:
            raise invalid(f"Invalid {field} {lifecycle[field]!r}: from {least}s to {most}s")


def check_job(project: str, job: dict) -> None:
    refuse_unknown("job", job, JOB_FIELDS)
    spark_job = job.get("sparkJob", {})
    refuse_unknown("sparkJob", spark_job, SPARK_FIELDS)
    reference = job.get("reference", {})
    if reference.get("projectId", project) != project:
        raise invalid(f"The job's project {reference['projectId']!r} is not the request's {project!r}")
    if not JOB_ID.fullmatch(reference.get("jobId") or "0"):
        raise invalid(f"Invalid job id {reference['jobId']!r}")
    if not job.get("placement", {}).get("clusterName"):
        raise invalid("The job has no placement.clusterName")
    if not MAIN_CLASS.fullmatch(spark_job.get("mainClass", "")):
        raise invalid(f"Invalid sparkJob.mainClass {spark_job.get('mainClass')!r}")
    for uri in spark_job.get("jarFileUris", []):
        gs(uri)
    check_labels(job.get("labels", {}))


class Handler(BaseHTTPRequestHandler):
    """Reads requests, writes answers and the log of both."""

    protocol_version = "HTTP/1.1"
    server: Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body: object = None
        try:
            if parts.path == "/readyz":
                code, answer = 200, {}
            else:
                body = json.loads(text or b"{}")
                if not isinstance(body, dict):
                    raise invalid("the body is no JSON object")
                code, answer = 200, self.server.dataproc.call(self.command, parts.path, query, body)
        except ApiError as error:
            code, answer = error.code, error.body
        except ValueError as error:
            code, answer = 400, invalid(f"the body is no JSON: {error}").body
        except Exception as error:
            traceback.print_exc()
            code, answer = 500, ApiError(500, "INTERNAL", repr(error)).body
        if parts.path != "/readyz":
            self.server.log(
                {"method": self.command, "path": parts.path, "query": query, "body": body, "status": code}
            )
        data = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = _answer

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests go to their own log."""


class Server(ThreadingHTTPServer):
    """The HTTP server."""

    daemon_threads = True

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", options.port), Handler)
        self.dataproc = Dataproc(options)
        self.log_file = options.log.open("a", encoding="utf-8")
        self.log_lock = threading.Lock()

    def log(self, entry: dict) -> None:
        with self.log_lock:
            self.log_file.write(json.dumps(entry) + "\n")
            self.log_file.flush()


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--storage", required=True)
    parser.add_argument("--spark-classpath", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    home = os.environ.get("JAVA_HOME")
    parser.add_argument("--java", default=f"{home}/bin/java" if home else "java")
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    if not options.spark_classpath.is_file():
        sys.exit(f"--spark-classpath: there is no file {str(options.spark_classpath)!r}")
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    server = Server(options)

    def stop(_number: int, _frame: object) -> None:
        # shutdown() waits for serve_forever(), which this thread is in.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever(poll_interval=0.1)
    server.dataproc.stop()


if __name__ == "__main__":
    main()
