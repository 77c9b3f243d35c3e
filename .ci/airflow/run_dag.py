#!/usr/bin/env python3
"""Runs DAGs on a running Airflow, over its REST API, and shows how their tasks ended.

    run_dag.py SERVER_PROPERTIES FILE... [--runs N] [--state STATE] [--conf JSON] [--logs FOLDER] [--scheduled]

SERVER_PROPERTIES is what start_airflow of servers/lib.sh wrote (url, user, password, dags); each FILE
is a DAG file, which is copied to the folder of that Airflow. The DAGs run at the same time. Exit code 0
if each of the N runs (default: 1) of each ended in STATE (default: success), and the files were imported
without an error. Each run gets the configuration JSON (default: none). FOLDER gets what Airflow says of
the last run of each DAG: WORKFLOW/run.json and, of each task's last try, WORKFLOW/TASK.log. --scheduled
triggers nothing: it waits for the run that Airflow starts on its own when a DAG with a schedule is no
longer paused, which is for the last interval.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import shutil
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

SECONDS_TO_IMPORT = 300
SECONDS_TO_RUN = 900
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Airflow:
    """The part of the REST API that is used here, which Airflow 2 and 3 have almost alike."""

    def __init__(self, properties: dict[str, str]) -> None:
        self.url = properties["url"]
        login = {"username": properties["user"], "password": properties["password"]}
        self.headers = {"Content-Type": "application/json"}
        self.api = "/api/v2"
        try:
            token = self._send("POST", "/auth/token", login)["access_token"]
            self.headers["Authorization"] = f"Bearer {token}"
        except urllib.error.HTTPError as error:
            if error.code not in (404, 405):
                raise
            basic = base64.b64encode(":".join(login.values()).encode()).decode()
            self.headers["Authorization"] = f"Basic {basic}"
            self.api = "/api/v1"

    def _read(self, method: str, path: str, body: object = None, **headers: str) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.headers | headers, method=method)
        with OPENER.open(request, timeout=60) as answer:
            return answer.read()

    def _send(self, method: str, path: str, body: object = None) -> dict:
        return json.loads(self._read(method, path, body) or b"{}")

    def get(self, path: str) -> dict:
        return self._send("GET", self.api + path)

    def unpause(self, dag_id: str) -> None:
        self._send("PATCH", f"{self.api}/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def trigger(self, dag_id: str, logical_date: str, conf: dict) -> str:
        body = {"logical_date": logical_date, "conf": conf}
        return self._send("POST", f"{self.api}/dags/{dag_id}/dagRuns", body)["dag_run_id"]

    def scheduled(self, dag_id: str) -> str | None:
        runs = self.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]
        return next((run["dag_run_id"] for run in runs if run["run_type"] == "scheduled"), None)

    def log(self, attempt: str) -> str:
        """The lines of a try's log, without what Airflow 3 knows of each besides."""
        path = f"{self.api}{attempt}?full_content=true"
        if self.api == "/api/v1":
            return self._read("GET", path, Accept="text/plain").decode()
        events = self._send("GET", path)["content"]
        return "".join(f"{event['event']}\n" if isinstance(event, dict) else f"{event}\n" for event in events)


def wait(what: str, seconds: int, condition):
    """The first true result of the condition."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(1)
    sys.exit(f"FAILED: {what} did not happen within {seconds} s")


def imported(airflow: Airflow, dag_id: str, tag: str) -> bool:
    for error in airflow.get("/importErrors")["import_errors"]:
        if dag_id.split("__")[0] in error["filename"]:
            sys.exit(f"FAILED: {error['filename']}: {error['stack_trace']}")
    try:
        return any(found["name"] == tag for found in airflow.get(f"/dags/{dag_id}")["tags"])
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server", type=Path)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--state", default="success")
    parser.add_argument("--conf", type=json.loads, default={})
    parser.add_argument("--logs", type=Path)
    parser.add_argument("--scheduled", action="store_true")
    options = parser.parse_args()

    lines = options.server.read_text().splitlines()
    properties = dict(line.split("=", 1) for line in lines)
    tags = {}
    for file in options.files:
        text = file.read_text()
        dag_id = re.search(r'dag_id="([^"]+)"', text).group(1)
        tags[dag_id] = re.search(r'"(bigflow-build:[0-9a-f]+)"', text).group(1)
        # Where it lies in the bucket, which tells whose it is.
        parts = file.resolve().parts
        below = parts[len(parts) - parts[::-1].index("dags") :] if "dags" in parts else (file.name,)
        target = Path(properties["dags"], *below)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)

    airflow = Airflow(properties)
    for dag_id, tag in tags.items():
        wait(
            f"the import of {dag_id}",
            SECONDS_TO_IMPORT,
            lambda dag_id=dag_id, tag=tag: imported(airflow, dag_id, tag),
        )
        airflow.unpause(dag_id)
    ended = []
    for number in range(options.runs):
        # A date of its own for each run, in the past.
        date = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=1, seconds=number)
        runs = {}
        for dag_id in tags:
            if options.scheduled:
                runs[dag_id] = wait(
                    "a scheduled run", SECONDS_TO_RUN, lambda dag_id=dag_id: airflow.scheduled(dag_id)
                )
            else:
                runs[dag_id] = airflow.trigger(dag_id, date.isoformat(), options.conf)
        for dag_id, run in runs.items():
            logs = options.logs and options.logs / dag_id.split("__")[0]
            ended.append(end_of(airflow, f"/dags/{dag_id}/dagRuns/{urllib.parse.quote(run)}", logs))
    return 0 if all(state == options.state for state in ended) else 1


def end_of(airflow: Airflow, path: str, logs: Path | None) -> str:
    """Waits for a run, shows its tasks and keeps their logs."""

    def state() -> str | None:
        found = airflow.get(path)["state"]
        return found if found in ("success", "failed") else None

    ended = wait(f"the end of {path}", SECONDS_TO_RUN, state)
    for task in airflow.get(f"{path}/taskInstances")["task_instances"]:
        print(
            f"{path} {task['task_id']}: {task['state']} after {task['duration'] or 0:.1f} s"
            f" ({task['operator']}, try {task['try_number']})"
        )
        attempt = f"{path}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        if task["state"] == "failed":
            print(airflow.log(attempt)[-4000:])
        # A task that was not reached has no try.
        if logs and task["start_date"]:
            logs.mkdir(parents=True, exist_ok=True)
            (logs / f"{task['task_id']}.log").write_text(airflow.log(attempt))
            (logs / "run.json").write_text(json.dumps(airflow.get(path)))
    return ended


if __name__ == "__main__":
    sys.exit(main())
