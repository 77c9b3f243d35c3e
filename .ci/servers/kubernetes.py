#!/usr/bin/env python3
"""A stand-in for the Kubernetes API: the pods it is asked for are containers of podman.

    kubernetes.py --port PORT --token FILE --work FOLDER [--env NAME=VALUE]... [--secrets FILE]
                  [--memory QUANTITY] -- PODMAN [OPTION...]

It knows what Airflow's KubernetesPodOperator needs: pods of one container, which end (restartPolicy
Never), their logs, events, labels and deletion. What it cannot honour it refuses: a field of a pod that
it does not know is an error, and so is an unknown call, which is written to the log as "unknown call".

--token    the file with the token that every call must have, since a pod is a process of this user
--work     where the pods' logs are kept while the pods are there
--env      a variable of every pod, besides those of its own. On Composer a pod learns from its
           surroundings, by workload identity and the metadata server, as whom and in which project it
           works; here it must be told, and where the emulators are
--secrets  a JSON file of the namespace's secrets: {"name": {"key": "value"}}
--memory   the limit of a pod that has none (default 2G, as much as Composer 3 gives it)
PODMAN     the command, with its options, whose store has the containers

Listens on 127.0.0.1. SIGTERM removes all containers and ends it.
"""

from __future__ import annotations

import argparse
import hmac
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# The operator asks every five seconds whether a pod has started, an interval that a DAG need not set.
# Its question is answered as soon as there is news, which usually takes less than one second.
PENDING_SECONDS = 10.0
FOLLOW_SECONDS = 0.1
GRACE_SECONDS = 30
# A container ends on its own after this time, should nobody be left to end it.
LONGEST_SECONDS = 3600

# Fields that only say where and how a pod is placed, which makes no difference on one machine.
SPEC_IGNORED = {"affinity", "tolerations", "nodeSelector", "schedulerName", "dnsPolicy", "priorityClassName"}
SPEC_FIELDS = {"containers", "restartPolicy", "activeDeadlineSeconds", "terminationGracePeriodSeconds"}
CONTAINER_FIELDS = {"name", "image", "command", "args", "env", "envFrom", "resources", "imagePullPolicy"}
CONTAINER_IGNORED = {"terminationMessagePolicy", "terminationMessagePath"}

POD_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
SELECTOR = re.compile(r"(?P<absent>!?)(?P<key>[A-Za-z0-9_./-]+)((?P<operator>==?|!=)(?P<value>[^=!,]*))?")
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
FACTORS = {"m": Decimal("0.001"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
FACTORS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


class ApiError(Exception):
    """An answer that is a Status object of Kubernetes."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "reason": reason,
            "message": message,
            "code": code,
        }


def invalid(message: str) -> ApiError:
    return ApiError(422, "Invalid", message)


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def quantity(text: object) -> Decimal:
    """The number that a quantity of Kubernetes means: 500m is 0.5, 2Gi is 2147483648."""
    match = QUANTITY.fullmatch(str(text))
    if not match:
        raise invalid(f"quantities must be numbers with a unit such as 500m, 2G or 512Mi: {text!r}")
    return Decimal(match[1]) * FACTORS.get(match[2], 1)


def refuse_unknown(what: str, found: dict, known: set[str]) -> None:
    """Fails for a field that has a value and would be ignored."""
    unknown = sorted(name for name, value in found.items() if value and name not in known)
    if unknown:
        raise invalid(f"{what}: this stand-in for Kubernetes does not know {', '.join(unknown)}")


def matches(labels: dict[str, str], selector: str) -> bool:
    """Whether labels satisfy a selector of equations: a=b, a!=b, a, !a."""
    for part in filter(None, selector.split(",")):
        match = SELECTOR.fullmatch(part)
        if not match:
            raise bad_request(f"unable to parse requirement: {part!r}")
        key, operator, value = match["key"], match["operator"], match["value"]
        if operator is None:
            wanted = (key in labels) != bool(match["absent"])
        else:
            wanted = (labels.get(key) == value) != (operator == "!=")
        if not wanted:
            return False
    return True


@dataclass(frozen=True)
class Podman:
    """The podman command, with the options of its store.

    It runs in a folder of its own: its monitor leaves a file "oom" where it runs.
    """

    command: tuple[str, ...]
    folder: Path

    def run(
        self, *arguments: str, secrets: dict[str, str] | None = None, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs podman. Its environment, unlike its arguments, is not shown to other users."""
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=os.environ | (secrets or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )


@dataclass(frozen=True)
class Node:
    """What all pods share: how their containers are started and what surrounds them."""

    podman: Podman
    work: Path
    env: dict[str, str]
    secrets: dict[str, dict[str, str]]
    memory: Decimal
    pulled: set[str]

    def secret(self, name: str, key: str | None = None) -> dict[str, str]:
        """The secret, or only one key of it. A KeyError says what is missing, as Kubernetes says it."""
        if name not in self.secrets:
            raise KeyError(f'secret "{name}" not found')
        found = self.secrets[name]
        if key is not None and key not in found:
            raise KeyError(f"couldn't find key {key} in Secret {name}")
        return found if key is None else {key: found[key]}


class Pod:
    """A pod and the thread that leads it through its life."""

    def __init__(self, node: Node, namespace: str, manifest: dict) -> None:
        metadata, spec = manifest.get("metadata") or {}, manifest.get("spec") or {}
        check(metadata, spec)
        self.node = node
        self.spec = spec
        self.container = spec["containers"][0]
        self.uid = str(uuid.uuid4())
        self.metadata = {
            "name": metadata["name"],
            "namespace": namespace,
            "uid": self.uid,
            "labels": metadata.get("labels") or {},
            "annotations": metadata.get("annotations") or {},
            "creationTimestamp": now(),
        }
        self.phase = "Pending"
        self.reason: str | None = None
        self.state: dict = {"waiting": {"reason": "ContainerCreating"}}
        self.events: list[dict] = []
        self.log = node.work / f"{self.uid}.log"
        self.changed = threading.Condition()
        self.cancelled = False
        self.container_name = f"bigflow-ci-pod-{self.uid}"
        self.thread = threading.Thread(target=self.live, name=metadata["name"], daemon=True)

    def live(self) -> None:
        """Pulls, runs and waits, each time telling what has become of the container."""
        self.event("Normal", "Scheduled", f"Successfully assigned {self.metadata['name']} to this machine")
        try:
            plain, secret = self.environment()
        except KeyError as error:
            self.waits("CreateContainerConfigError", error.args[0])
            return
        if not self.pull():
            return
        with self.changed:
            if self.cancelled:
                return
        started = self.start(plain, secret)
        if started.returncode != 0:
            # As containerd: the container is there and has failed.
            self.ends(128, "StartError", now(), started.stderr.strip())
        else:
            self.event("Normal", "Started", f"Started container {self.container['name']}")
            with self.changed:
                self.phase, self.state = "Running", {"running": {"startedAt": now()}}
                self.changed.notify_all()
                cancelled = self.cancelled
            if cancelled:
                self.stop(0)
            self.await_end()
        self.node.podman.run("rm", "--force", "--ignore", self.container_name)

    def environment(self) -> tuple[dict[str, str], dict[str, str]]:
        """The variables of the container and those of them that are secret."""
        plain, secret = dict(self.node.env), {}
        for source in self.container.get("envFrom") or []:
            secret |= self.node.secret(source["secretRef"]["name"])
        for variable in self.container.get("env") or []:
            name, source = variable["name"], variable.get("valueFrom")
            if source:
                key = source["secretKeyRef"]["key"]
                secret[name] = self.node.secret(source["secretKeyRef"]["name"], key)[key]
            else:
                plain[name] = variable.get("value") or ""
                secret.pop(name, None)
        return plain, secret

    def pull(self) -> bool:
        """Pulls the image unless it is there, which an image named by digest is for good."""
        image = self.container["image"]
        if image in self.node.pulled and self.container.get("imagePullPolicy") != "Always":
            self.event("Normal", "Pulled", f'Container image "{image}" already present on machine')
            return True
        self.event("Normal", "Pulling", f'Pulling image "{image}"')
        # CI's registry has no certificate.
        plain_http = ["--tls-verify=false"] if image.startswith(("127.0.0.1:", "localhost:")) else []
        done = self.node.podman.run("pull", "--quiet", *plain_http, image)
        if done.returncode != 0:
            self.waits("ErrImagePull", f'failed to pull image "{image}": {done.stderr.strip()}')
            return False
        self.node.pulled.add(image)
        self.event("Normal", "Pulled", f'Successfully pulled image "{image}"')
        return True

    def start(self, plain: dict[str, str], secret: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Starts the container as run_image.sh does: the host's network, nothing to write but /tmp."""
        limits = (self.container.get("resources") or {}).get("limits") or {}
        options = [f"--memory={math.ceil(quantity(limits.get('memory', self.node.memory)))}b"]
        if "cpu" in limits:
            options.append(f"--cpus={float(quantity(limits['cpu']))}")
        if self.container.get("command"):
            options.append(f"--entrypoint={json.dumps(self.container['command'])}")
        options += [f"--env={name}={value}" for name, value in plain.items() if name not in secret]
        options += [f"--env={name}" for name in secret]
        return self.node.podman.run(
            *("run", "--detach", "--pull=never", f"--name={self.container_name}"),
            *("--log-driver=k8s-file", f"--log-opt=path={self.log}", f"--timeout={LONGEST_SECONDS}"),
            *("--network=host", "--http-proxy=false", "--read-only", "--tmpfs=/tmp:rw,exec,mode=1777"),
            *("--user=65532:65532", "--ulimit=nofile=4096:4096", "--ulimit=nproc=1000:1000"),
            *options,
            self.container["image"],
            *(self.container.get("args") or []),
            secrets=secret,
        )

    def await_end(self) -> None:
        """Waits until the container has ended, and ends it after activeDeadlineSeconds."""
        try:
            wait = ("wait", "--interval=100ms", self.container_name)
            self.node.podman.run(*wait, timeout=self.spec.get("activeDeadlineSeconds"))
        except subprocess.TimeoutExpired:
            self.reason = "DeadlineExceeded"
            self.event("Normal", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
            self.stop(self.spec.get("terminationGracePeriodSeconds", GRACE_SECONDS))
        started = self.state["running"]["startedAt"]
        seen = self.node.podman.run("inspect", "--format={{json .State}}", self.container_name)
        if seen.returncode != 0:
            self.ends(137, "ContainerStatusUnknown", started, seen.stderr.strip())
            return
        state = json.loads(seen.stdout)
        code = int(state["ExitCode"])
        reason = "OOMKilled" if state["OOMKilled"] else "Error" if code else "Completed"
        self.ends(code, reason, started, None)

    def ends(self, code: int, reason: str, started: str, message: str | None) -> None:
        ended = {"exitCode": code, "reason": reason, "startedAt": started, "finishedAt": now()}
        with self.changed:
            self.phase = "Failed" if code or self.reason else "Succeeded"
            self.state = {"terminated": ended | ({"message": message} if message else {})}
            self.changed.notify_all()

    def waits(self, reason: str, message: str) -> None:
        """The container cannot be started; Kubernetes would try again, and nothing would change."""
        self.event("Warning", "Failed", f"Error: {reason}: {message}")
        with self.changed:
            self.state = {"waiting": {"reason": reason, "message": message}}
            self.changed.notify_all()

    def stop(self, seconds: int) -> None:
        """SIGTERM, and SIGKILL after so many seconds."""
        self.node.podman.run("stop", "--ignore", f"--time={seconds}", self.container_name)

    def delete(self, grace: int | None, gone: Callable[[], None]) -> None:
        """Ends the container in the background; the pod is there until it has ended."""
        seconds = grace if grace is not None else self.spec.get("terminationGracePeriodSeconds", GRACE_SECONDS)
        with self.changed:
            if self.cancelled:
                return
            self.cancelled = True
            running = "running" in self.state
            deadline = datetime.now(timezone.utc) + timedelta(seconds=seconds)
            self.metadata["deletionTimestamp"] = deadline.strftime("%Y-%m-%dT%H:%M:%SZ")
            self.metadata["deletionGracePeriodSeconds"] = seconds

        def remove() -> None:
            if running:
                self.event("Normal", "Killing", f"Stopping container {self.container['name']}")
                self.stop(seconds)
            self.thread.join()
            self.log.unlink(missing_ok=True)
            gone()

        if running or self.thread.is_alive():
            threading.Thread(target=remove, daemon=True).start()
        else:
            remove()

    def ended(self) -> bool:
        return "terminated" in self.state

    def await_news(self) -> None:
        """Until the pod is no longer about to start, but not for long."""
        with self.changed:
            about_to_start = {"waiting": {"reason": "ContainerCreating"}}
            self.changed.wait_for(lambda: self.state != about_to_start, PENDING_SECONDS)

    def event(self, kind: str, reason: str, message: str) -> None:
        metadata = {"name": f"{self.metadata['name']}.{len(self.events)}", "uid": str(uuid.uuid4())}
        self.events.append(
            {
                "metadata": metadata | {"namespace": self.metadata["namespace"], "creationTimestamp": now()},
                "involvedObject": {
                    "kind": "Pod",
                    "apiVersion": "v1",
                    "name": self.metadata["name"],
                    "namespace": self.metadata["namespace"],
                    "uid": self.uid,
                },
                "type": kind,
                "reason": reason,
                "message": message,
                "firstTimestamp": now(),
                "lastTimestamp": now(),
                "count": 1,
            }
        )

    def patch(self, body: dict) -> None:
        """Merges labels and annotations; nothing else of a pod may change here."""
        metadata = body.get("metadata") or {}
        refuse_unknown("patch", body, {"metadata", "kind", "apiVersion"})
        refuse_unknown("metadata", metadata, {"labels", "annotations"})
        for field in ("labels", "annotations"):
            merged = self.metadata[field] | (metadata.get(field) or {})
            self.metadata[field] = {name: value for name, value in merged.items() if value is not None}
        check_labels(self.metadata["labels"])

    def json(self) -> dict:
        with self.changed:
            state, phase = self.state, self.phase
            conditions = {"PodScheduled": True, "Ready": "running" in state}
            status = {
                "phase": phase,
                "conditions": [{"type": name, "status": str(value)} for name, value in conditions.items()],
                "startTime": self.metadata["creationTimestamp"],
                "containerStatuses": [
                    {
                        "name": self.container["name"],
                        "image": self.container["image"],
                        "imageID": self.container["image"],
                        "ready": "running" in state,
                        "started": "running" in state,
                        "restartCount": 0,
                        "state": state,
                        "lastState": {},
                    }
                ],
            }
            if self.reason:
                status["reason"] = self.reason
            return {
                "kind": "Pod",
                "apiVersion": "v1",
                "metadata": dict(self.metadata),
                "spec": self.spec,
                "status": status,
            }

    def lines(self, follow: bool) -> Iterator[tuple[str, str]]:
        """The time and the text of each line so far, or until the container ends.

        The file is conmon's: 'TIME STREAM TAG TEXT', where the tag P means that the line goes on.
        """
        text, rest = "", b""
        with self.log.open("rb") if self.log.exists() else open(os.devnull, "rb") as file:
            while True:
                last = self.ended() or not follow
                rest += file.read()
                *complete, rest = rest.split(b"\n")
                for line in complete:
                    stamp, _, tag, part = line.decode(errors="replace").split(" ", 3)
                    text += part
                    if tag != "P":
                        yield stamp, text
                        text = ""
                if last:
                    return
                time.sleep(FOLLOW_SECONDS)


def check_labels(labels: dict[str, str]) -> None:
    for name, value in labels.items():
        if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
            raise invalid(f"metadata.labels: {name}: Invalid value: {value!r}: must be at most 63 of A-Z, 0-9, - _ .")


def check(metadata: dict, spec: dict) -> None:
    """Refuses what Kubernetes would refuse and what this stand-in cannot do."""
    name = metadata.get("name") or ""
    if not POD_NAME.fullmatch(name) or len(name) > 253:
        raise invalid(f"metadata.name: Invalid value: {name!r}")
    check_labels(metadata.get("labels") or {})
    refuse_unknown("metadata", metadata, {"name", "namespace", "labels", "annotations"})
    refuse_unknown("spec", spec, SPEC_FIELDS | SPEC_IGNORED)
    if spec.get("restartPolicy") != "Never":
        raise invalid(f"spec.restartPolicy: only Never is known here: {spec.get('restartPolicy')!r}")
    containers = spec.get("containers") or []
    if len(containers) != 1:
        raise invalid(f"spec.containers: one container is known here: {len(containers)}")
    container = containers[0]
    refuse_unknown("container", container, CONTAINER_FIELDS | CONTAINER_IGNORED)
    if not container.get("name") or not container.get("image"):
        raise invalid("spec.containers[0]: name and image are required")
    resources = container.get("resources") or {}
    for amounts in resources.values():
        refuse_unknown("resources", amounts or {}, {"cpu", "memory", "ephemeral-storage"})
        for amount in (amounts or {}).values():
            quantity(amount)
    for variable in container.get("env") or []:
        refuse_unknown(f"env {variable.get('name')}", variable.get("valueFrom") or {}, {"secretKeyRef"})
    for source in container.get("envFrom") or []:
        refuse_unknown("envFrom", source, {"secretRef"})


class Cluster:
    """The pods of all namespaces."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.pods: dict[tuple[str, str], Pod] = {}
        # Kubernetes keeps events for an hour, also those of pods that are gone.
        self.events: list[list[dict]] = []
        self.lock = threading.Lock()

    def create(self, namespace: str, manifest: dict) -> Pod:
        pod = Pod(self.node, namespace, manifest)
        key = namespace, pod.metadata["name"]
        with self.lock:
            if key in self.pods:
                raise ApiError(409, "AlreadyExists", f'pods "{key[1]}" already exists')
            self.pods[key] = pod
            self.events.append(pod.events)
            # Within the lock: whoever finds the pod can wait for its thread.
            pod.thread.start()
        return pod

    def get(self, namespace: str, name: str) -> Pod:
        with self.lock:
            if (namespace, name) not in self.pods:
                raise ApiError(404, "NotFound", f'pods "{name}" not found')
            return self.pods[namespace, name]

    def select(self, namespace: str, selector: str) -> list[Pod]:
        with self.lock:
            pods = list(self.pods.items())
        return [pod for key, pod in pods if key[0] == namespace and matches(pod.metadata["labels"], selector)]

    def delete(self, pod: Pod, grace: int | None) -> None:
        key = pod.metadata["namespace"], pod.metadata["name"]

        def gone() -> None:
            with self.lock:
                self.pods.pop(key, None)

        pod.delete(grace, gone)

    def close(self) -> None:
        """Removes all containers, without grace."""
        with self.lock:
            pods = list(self.pods.values())
        for pod in pods:
            self.delete(pod, 0)
        for pod in pods:
            if pod.thread.is_alive():
                # Also one that was deleted before, with a longer grace.
                self.node.podman.run("rm", "--force", "--ignore", "--time=0", pod.container_name)
                pod.thread.join(timeout=30)


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 for calls that have the token."""

    daemon_threads = True

    def __init__(self, port: int, token: str, cluster: Cluster) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.token = token
        self.cluster = cluster


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    # Answers are written in parts, which must not wait for each other.
    disable_nagle_algorithm = True

    def answer(self) -> None:
        """Calls the method that the request is for, and answers with what it returns or raises."""
        url = urlsplit(self.path)
        self.query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        try:
            if url.path in ("/readyz", "/version"):
                self.send(200, {"major": "1", "minor": "30", "gitVersion": "v1.30.0"})
                return
            if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.server.token}"):
                raise ApiError(401, "Unauthorized", "Unauthorized")
            try:
                self.body = json.loads(content) if content else {}
            except ValueError as error:
                raise bad_request(f"the body is not JSON: {error}") from error
            for method, pattern, call, parameters in CALLS:
                match = re.fullmatch(pattern, url.path)
                if method == self.command and match and self.query.keys() <= parameters:
                    call(self, **match.groupdict())
                    return
            self.log_message("unknown call: %s %s", self.command, self.path)
            raise ApiError(404, "NotFound", f"this stand-in for Kubernetes does not know {self.command} {self.path}")
        except ApiError as error:
            self.send(error.code, error.status)
        except ConnectionError:
            # Who followed a log has enough of it.
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer  # noqa: N815

    def create_pod(self, namespace: str) -> None:
        if (self.body.get("metadata") or {}).get("namespace", namespace) != namespace:
            raise bad_request("the namespace of the provided object does not match the namespace of the request")
        self.send(201, self.server.cluster.create(namespace, self.body).json())

    def list_pods(self, namespace: str) -> None:
        pods = self.server.cluster.select(namespace, self.query.get("labelSelector", ""))
        self.send_list("PodList", [pod.json() for pod in pods])

    def read_pod(self, namespace: str, name: str) -> None:
        pod = self.server.cluster.get(namespace, name)
        pod.await_news()
        self.send(200, pod.json())

    def patch_pod(self, namespace: str, name: str) -> None:
        if not isinstance(self.body, dict):
            raise bad_request("only merge patches are known here")
        pod = self.server.cluster.get(namespace, name)
        pod.patch(self.body)
        self.send(200, pod.json())

    def delete_pod(self, namespace: str, name: str) -> None:
        pod = self.server.cluster.get(namespace, name)
        grace = self.query.get("gracePeriodSeconds", self.body.get("gracePeriodSeconds"))
        self.server.cluster.delete(pod, None if grace is None else int(grace))
        self.send(200, pod.json())

    def list_events(self, namespace: str) -> None:
        field, _, name = self.query.get("fieldSelector", "").partition("=")
        if field != "involvedObject.name":
            raise bad_request("only events with a fieldSelector involvedObject.name=NAME are known here")
        found = [event for events in self.server.cluster.events for event in list(events)]
        involved = {"namespace": namespace, "name": name}
        self.send_list("EventList", [event for event in found if involved.items() <= event["involvedObject"].items()])

    def read_log(self, namespace: str, name: str) -> None:
        pod = self.server.cluster.get(namespace, name)
        container = pod.container["name"]
        if self.query.get("container", container) != container:
            raise bad_request(f"container {self.query['container']} is not valid for pod {name}")
        if "waiting" in pod.state:
            raise bad_request(f'container "{container}" in pod "{name}" is waiting to start')
        seconds = self.query.get("sinceSeconds")
        since = None if seconds is None else datetime.now(timezone.utc) - timedelta(seconds=int(seconds))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for stamp, text in pod.lines(self.query.get("follow") in ("true", "True")):
            # Nanoseconds are more than Python reads.
            if since and datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", stamp)) < since:
                continue
            line = f"{stamp} {text}\n" if self.query.get("timestamps") in ("true", "True") else f"{text}\n"
            data = line.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def send_list(self, kind: str, items: list[dict]) -> None:
        self.send(200, {"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items})

    def send(self, code: int, body: dict) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        sys.stderr.write(f"{datetime.now(timezone.utc).isoformat(timespec='milliseconds')} {format % args}\n")


PODS = r"/api/v1/namespaces/(?P<namespace>[a-z0-9-]+)/pods"
POD = PODS + r"/(?P<name>[a-z0-9.-]+)"
EVENTS = r"/api/v1/namespaces/(?P<namespace>[a-z0-9-]+)/events"
# Method, path, what it does, and the parameters that it understands: any other makes it an unknown call.
CALLS = [
    ("POST", PODS, Handler.create_pod, set()),
    ("GET", PODS, Handler.list_pods, {"labelSelector"}),
    ("GET", POD, Handler.read_pod, set()),
    ("PATCH", POD, Handler.patch_pod, set()),
    ("DELETE", POD, Handler.delete_pod, {"gracePeriodSeconds"}),
    ("GET", POD + "/log", Handler.read_log, {"container", "follow", "timestamps", "sinceSeconds"}),
    ("GET", EVENTS, Handler.list_events, {"fieldSelector", "resourceVersion", "resourceVersionMatch"}),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--secrets", type=Path)
    parser.add_argument("--memory", type=quantity, default=quantity("2G"))
    parser.add_argument("podman", nargs="+")
    options = parser.parse_args()
    for variable in options.env:
        if "=" not in variable:
            parser.error(f"--env {variable}: expected NAME=VALUE")

    options.work.mkdir(parents=True, exist_ok=True)
    env = dict(variable.split("=", 1) for variable in options.env)
    secrets = json.loads(options.secrets.read_text()) if options.secrets else {}
    work = options.work.resolve()
    node = Node(Podman(tuple(options.podman), work), work, env, secrets, options.memory, set())
    cluster = Cluster(node)
    server = Server(options.port, options.token.read_text().strip(), cluster)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped.wait()
    server.shutdown()
    cluster.close()


if __name__ == "__main__":
    main()
