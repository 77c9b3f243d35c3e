#!/usr/bin/env python3
"""Checks generated DAG files against a real Airflow (2.10 and later, 3.x).

The same script runs in an environment of either line. Every file is imported
the way the DAG processor does it, serialized and read back, and every template
field of every task is rendered through the code a worker uses:

* Airflow 2: ``TaskInstance.get_template_context`` and ``render_templates`` on a
  ``DagRun`` stored in a private SQLite database;
* Airflow 3: ``airflow.sdk.execution_time.task_runner.parse`` on the start-up
  message a supervisor sends, then the runtime context and ``render_templates``
  of the task instance which that returns. No database is reachable from there,
  as on a worker; a template that asks the supervisor for something fails, unless
  it is one of the variables that the command line gives.

Usage::

    check_dags.py --dags DIR --expect N|ID,ID,...
                  [--intervals FILE] [--rendered FILE] [--literal TEXT ...]
                  [--variable NAME=VALUE ...]

Exit code 0 when everything passed, 1 when something failed, 2 on wrong usage.
The last line printed is ``N passed, M failed``.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import importlib.machinery
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import traceback
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

_set_data = importlib.machinery.SourceFileLoader.set_data


def keep_libraries(loader: importlib.machinery.SourceFileLoader, path: str, data: bytes, **options: int) -> None:
    """Keeps what Python has compiled of installed libraries, which are thousands of modules, and of nothing else.

    A compiled file left in the DAG folder would change what is being checked, and would hide the
    compiler's own warnings from the next run.
    """
    if Path(path).is_relative_to(sys.prefix):
        _set_data(loader, path, data, **options)


importlib.machinery.SourceFileLoader.set_data = keep_libraries

BUNDLE = "bigflow-check"

#: What a generated DAG may import. It is loaded before the files are, as the
#: processor's pre-import does, so that a warning raised while a library loads itself
#: is not blamed on the DAG; everything that warns afterwards is the DAG's.
ALLOWED_IMPORTS = """
import datetime
import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.providers.google.cloud.operators.bigquery import BigQueryInsertJobOperator
from airflow.providers.google.cloud.operators.gcs import GCSListObjectsOperator
from airflow.providers.google.cloud.sensors.gcs import GCSObjectExistenceSensor
from airflow.providers.google.cloud.sensors.bigquery import (
    BigQueryTableExistenceSensor,
    BigQueryTablePartitionExistenceSensor,
)
from kubernetes.client import models as k8s
try:
    from airflow.sdk import DAG, CronDataIntervalTimetable, CronTriggerTimetable
except ImportError:
    from airflow import DAG
    from airflow.timetables.interval import CronDataIntervalTimetable
    from airflow.timetables.trigger import CronTriggerTimetable
"""

#: What a user may put into the configuration of a run, at its worst.
NASTY_CONF: dict[str, Any] = {
    "quotes": 'it\'s "quoted" and \'\'\' and """ and \\ and \\"',
    "jinja": "{{ 7 * 7 }} {% if x %} {# note #} {{",
    "html": "<b>&amp;</b></script>",
    "shell": "$(id) `id` ${HOME} ; rm -rf / && echo %PATH%",
    "unicode": "za\u017c\u00f3\u0142\u0107 \U0001f600 \u2028 \u202e \ufeff",
    "control": "line one\nline two\r\n\ttab\x07",
    "empty": "",
    "number": 12345678901234567890,
    "float": 0.1,
    "yes": True,
    "nothing": None,
    "nested": {"list": [1, "two", {"three": None}], 'key "with" {{ braces }}': []},
}

#: Manual runs happen this long after the start date of a DAG, at no round time.
MANUAL_RUN_DELAY = dt.timedelta(days=126, hours=7, minutes=8, seconds=9)
#: The operator that runs a job in the image; all others are Airflow's own.
POD_OPERATOR = "KubernetesPodOperator"
START_WHEN_NONE = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
INTERVALS_PER_DAG = 5

#: The subset of ISO-8601 which java.time.OffsetDateTime.parse and, since JDK 12,
#: java.time.Instant.parse read, restricted to UTC.
JAVA_UTC_TIMESTAMP = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|\+00:00)"
)
#: What the launcher takes for the name of an environment.
ENVIRONMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
LEFTOVER = re.compile(r"\{\{|\{%|\{#")


class Report:
    """Counts checks and prints the failed ones as they happen."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.passed = 0
        self.failed = 0

    def check(self, ok: bool, what: str, detail: str = "") -> bool:
        if ok:
            self.passed += 1
            return True
        self.failed += 1
        text = f"FAILED [{self.line}] {what}"
        if detail:
            text += "\n" + "\n".join("    " + row for row in detail.splitlines())
        print(text, flush=True)
        return False

    def no_warnings(self, what: str, found: list[str]) -> bool:
        return self.check(
            not found,
            f"{what}: {len(found)} warning(s), expected none",
            "\n".join(found),
        )


class RunKind(NamedTuple):
    """One way in which a DAG is started.

    ``date`` is when a manual run is triggered; it is also the logical date of the run
    if ``logical`` is true. For a scheduled run the timetable decides.
    """

    name: str
    run_type: str
    date: dt.datetime | None
    logical: bool
    conf: dict[str, Any] | None


class Rendered(NamedTuple):
    """A task after rendering, and the facts of its run."""

    task: Any
    run_id: str
    runtime: dt.datetime
    interval: tuple[dt.datetime | None, dt.datetime | None]


class Recorder:
    """Collects every warning raised in its block, whatever filters are in force."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._context = warnings.catch_warnings(record=True)

    def __enter__(self) -> Recorder:
        self._log = self._context.__enter__()
        warnings.simplefilter("always")
        return self

    def __exit__(self, *error: object) -> None:
        self._context.__exit__(*error)  # type: ignore[arg-type]
        for item in self._log or []:
            self.found.append(
                f"{item.filename}:{item.lineno}: {item.category.__name__}:"
                f" {item.message}"
            )


def prepare_environment(dags: Path, home: Path) -> None:
    """Points Airflow at a private home; nothing of the caller's set-up is used."""
    for name in [n for n in os.environ if n.startswith("AIRFLOW")]:
        del os.environ[name]
    for name in ("PYTHONWARNINGS", "PYTHONPATH"):
        os.environ.pop(name, None)
    bundle = {
        "name": BUNDLE,
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(dags)},
    }
    os.environ.update(
        {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle]),
            # Composer has this on, and Airflow 2 warns about its own default.
            "AIRFLOW__METRICS__TIMER_UNIT_CONSISTENCY": "True",
            "KUBECONFIG": os.devnull,
            "TZ": "UTC",
        }
    )


# -- what differs between the two lines ------------------------------------------------


class Line2:
    """Airflow 2.10 and 2.11."""

    null_logical_date = False

    def __init__(self, dags: Path, variables: dict[str, str]) -> None:
        self.dags = dags
        from airflow.utils import db

        logging.disable(logging.WARNING)  # the migrations report every step
        db.initdb()
        logging.disable(logging.NOTSET)

        from airflow.models.variable import Variable

        for name, value in variables.items():
            Variable.set(name, value)

    def bag(self, folder: Path | None = None) -> Any:
        from airflow.models.dagbag import DagBag

        return DagBag(
            dag_folder=str(folder or self.dags),
            include_examples=False,
            load_op_links=False,
        )

    def stability_warnings(self, path: Path, dag_ids: list[str]) -> list[str]:
        return []

    def to_dict(self, dag: Any) -> dict[str, Any]:
        from airflow.serialization.serialized_objects import SerializedDAG

        data = SerializedDAG.to_dict(dag)
        SerializedDAG.validate_schema(data)
        return data

    def from_dict(self, data: dict[str, Any]) -> Any:
        from airflow.serialization.serialized_objects import SerializedDAG

        return SerializedDAG.from_dict(data)

    def store(self, dag: Any) -> None:
        from airflow.models.serialized_dag import SerializedDagModel

        dag.sync_to_db()
        SerializedDagModel.write_dag(dag)

    def requests(self) -> list[str]:
        return []

    def renderer(
        self, dag: Any, serialized: Any, kind: RunKind
    ) -> Callable[[str], Rendered]:
        from airflow.api.common.trigger_dag import trigger_dag
        from airflow.settings import Session
        from airflow.utils.state import DagRunState
        from airflow.utils.types import DagRunType

        session = Session()
        if kind.run_type == "scheduled":
            info = next(scheduled_runs(serialized))
            run = dag.create_dagrun(
                run_type=DagRunType.SCHEDULED,
                execution_date=info.logical_date,
                data_interval=info.data_interval,
                state=DagRunState.RUNNING,
                session=session,
            )
        else:
            # This is what the API and the command line call.
            run_id = trigger_dag(
                dag.dag_id,
                conf=kind.conf,
                execution_date=kind.date,
            ).run_id
            run = self._run(dag.dag_id, run_id, session)
        run_id = run.run_id

        def render(task_id: str) -> Rendered:
            instance = run.get_task_instance(task_id, session=session)
            if instance is None:
                raise LookupError(f"run {run_id} has no instance of this task")
            instance.refresh_from_task(dag.get_task(task_id))
            instance.task = instance.task.prepare_for_execution()
            context = instance.get_template_context(session=session)
            instance.render_templates(context=context)
            runtime = run.data_interval_start or run.logical_date
            return Rendered(
                instance.task,
                run_id,
                runtime,
                (run.data_interval_start, run.data_interval_end),
            )

        return render

    @staticmethod
    def _run(dag_id: str, run_id: str, session: Any) -> Any:
        from airflow.models.dagrun import DagRun

        return session.query(DagRun).filter_by(dag_id=dag_id, run_id=run_id).one()


class Line3:
    """Airflow 3.0 and later."""

    null_logical_date = True

    def __init__(self, dags: Path, variables: dict[str, str]) -> None:
        self.dags = dags
        from airflow.sdk.execution_time import task_runner

        self.supervisor = RefusingSupervisor(variables)
        task_runner.SUPERVISOR_COMMS = self.supervisor

    def bag(self, folder: Path | None = None) -> Any:
        arguments: dict[str, Any] = {
            "dag_folder": str(folder or self.dags),
            "bundle_path": folder or self.dags,
            "load_op_links": False,
        }
        try:  # 3.1 and later: the class the processor and the worker use
            from airflow.dag_processing.dagbag import BundleDagBag

            return BundleDagBag(bundle_name=BUNDLE, **arguments)
        except ImportError:
            from airflow.models.dagbag import DagBag

            return DagBag(include_examples=False, **arguments)

    def stability_warnings(self, path: Path, dag_ids: list[str]) -> list[str]:
        """What the processor (3.2 and later) says of values that change per parse."""
        try:
            from airflow.utils.dag_version_inflation_checker import (
                check_dag_file_stability,
            )
        except ImportError:
            return []
        found = check_dag_file_stability(os.fspath(path))
        return [str(w) for w in found.get_formatted_warnings(dag_ids)]

    @staticmethod
    def _serializer() -> Any:
        from airflow.serialization import serialized_objects

        return (
            getattr(serialized_objects, "DagSerialization", None)
            or serialized_objects.SerializedDAG
        )

    def to_dict(self, dag: Any) -> dict[str, Any]:
        serializer = self._serializer()
        data = serializer.to_dict(dag)
        serializer.validate_schema(data)
        return data

    def from_dict(self, data: dict[str, Any]) -> Any:
        return self._serializer().from_dict(data)

    def store(self, dag: Any) -> None:
        """Nothing: no database is involved in rendering on this line."""

    def requests(self) -> list[str]:
        """What was asked of the supervisor since the last call."""
        asked, self.supervisor.asked = self.supervisor.asked, []
        return asked

    def renderer(
        self, dag: Any, serialized: Any, kind: RunKind
    ) -> Callable[[str], Rendered]:
        import structlog
        from airflow.sdk.execution_time import task_runner
        from airflow.sdk.execution_time.comms import StartupDetails

        run = self._dag_run(dag, serialized, kind)
        log = structlog.get_logger(logger_name="task")

        def render(task_id: str) -> Rendered:
            message = StartupDetails.model_validate_json(
                json.dumps(
                    {
                        "type": "StartupDetails",
                        "ti": {
                            "id": str(uuid.uuid4()),
                            "dag_id": dag.dag_id,
                            "task_id": task_id,
                            "run_id": run["run_id"],
                            "try_number": 1,
                            "map_index": -1,
                            "dag_version_id": str(uuid.uuid4()),
                        },
                        "dag_rel_path": str(dag.relative_fileloc),
                        "bundle_info": {"name": BUNDLE, "version": None},
                        "start_date": run["run_after"],
                        "sentry_integration": "",
                        "ti_context": {
                            "dag_run": run,
                            "max_tries": 3,
                            "variables": [],
                            "connections": [],
                        },
                    }
                )
            )
            instance = task_runner.parse(message, log)
            context = instance.get_template_context()
            instance.task = instance.task.prepare_for_execution()
            context["task"] = instance.task
            environment = instance.task.dag.get_template_env()
            instance.render_templates(context=context, jinja_env=environment)
            facts = message.ti_context.dag_run
            runtime = facts.data_interval_start or facts.logical_date or facts.run_after
            return Rendered(
                instance.task,
                facts.run_id,
                runtime,
                (facts.data_interval_start, facts.data_interval_end),
            )

        return render

    def _dag_run(self, dag: Any, serialized: Any, kind: RunKind) -> dict[str, Any]:
        """The run as the execution API describes it to a worker, as JSON values."""
        from airflow.sdk.api.datamodels._generated import DagRun
        from airflow.utils.types import DagRunType

        if kind.run_type == "scheduled":
            info = next(scheduled_runs(serialized))
            facts = {
                "run_id": serialized.timetable.generate_run_id(
                    run_type=DagRunType.SCHEDULED,
                    run_after=info.run_after,
                    data_interval=info.data_interval,
                ),
                "logical_date": info.logical_date,
                "data_interval": info.data_interval,
                "run_after": info.run_after,
                "conf": None,
            }
        else:
            from airflow.api_fastapi.core_api.datamodels.dag_run import (
                TriggerDAGRunPostBody,
            )

            body = TriggerDAGRunPostBody(
                logical_date=kind.date if kind.logical else None,
                run_after=kind.date,
                conf=kind.conf,
            )
            facts = body.validate_context(serialized)
        interval = facts["data_interval"]

        def text(value: dt.datetime | None) -> str | None:
            return value and value.isoformat()

        described = {
            "dag_id": dag.dag_id,
            "run_id": facts["run_id"],
            "logical_date": text(facts["logical_date"]),
            "data_interval_start": text(interval and interval.start),
            "data_interval_end": text(interval and interval.end),
            "run_after": text(facts["run_after"]),
            "start_date": text(facts["run_after"]),
            "end_date": None,
            "run_type": kind.run_type,
            "state": "running",
            "conf": facts["conf"],
            "consumed_asset_events": [],
        }
        if "partition_key" in DagRun.model_fields:  # 3.2 and later, and required there
            described["partition_key"] = None
        return described


class RefusingSupervisor:
    """Stands where a worker's link to its supervisor is; rendering must not use it.

    It knows the variables it is made with, and nothing else.
    """

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self.asked: list[str] = []

    def send(self, msg: Any) -> Any:
        from airflow.sdk.execution_time import comms

        if isinstance(msg, comms.GetVariable) and msg.key in self.variables:
            return comms.VariableResult(key=msg.key, value=self.variables[msg.key])
        if isinstance(msg, comms.MaskSecret) and msg.name in self.variables:
            return None  # a worker tells which values it has read
        # Remembered as well, because Airflow turns the error into a default value.
        self.asked.append(repr(msg))
        raise RuntimeError(f"the DAG asked the supervisor for {msg!r}")


# -- the checks ------------------------------------------------------------------------


def scheduled_runs(serialized: Any) -> Iterator[Any]:
    """The runs a scheduler creates from the start date on, oldest first."""
    from airflow.timetables.base import TimeRestriction

    restriction = TimeRestriction(
        earliest=serialized.start_date, latest=serialized.end_date, catchup=True
    )
    last = None
    while True:
        info = serialized.timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        if info is None:
            return
        yield info
        last = info.data_interval


def iso(value: dt.datetime | None) -> str | None:
    return None if value is None else value.astimezone(dt.timezone.utc).isoformat()


def strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every string inside a template field, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key, f"{path} key")
            yield from strings(item, f"{path}[{key!r}]")
    elif isinstance(value, (list, tuple, set)):
        for index, item in enumerate(value):
            yield from strings(item, f"{path}[{index}]")
    elif hasattr(value, "to_dict"):  # a Kubernetes model
        yield from strings(value.to_dict(), path)


def option(arguments: Any, name: str) -> str | None:
    """The value that follows an option; None when it is absent."""
    if not isinstance(arguments, (list, tuple)) or name not in arguments:
        return None
    at = list(arguments).index(name)
    return str(arguments[at + 1]) if at + 1 < len(arguments) else None


def check_task(
    report: Report,
    where: str,
    result: Rendered,
    conf: dict[str, Any] | None,
    literals: list[str],
) -> None:
    arguments = getattr(result.task, "arguments", None)
    conf_text = option(arguments, "--conf")
    conf_place = None
    if conf_text is not None:
        conf_place = f"arguments[{list(arguments).index('--conf') + 1}]"

    leftover = []
    for field in result.task.template_fields:
        for place, text in strings(getattr(result.task, field, None), field):
            if place == conf_place:
                continue  # compared as a whole below
            for literal in literals:
                text = text.replace(literal, "")
            if LEFTOVER.search(text):
                leftover.append(f"{place} = {text!r}")
    report.check(
        not leftover, f"{where}: template left unrendered", "\n".join(leftover)
    )

    if type(result.task).__name__ != POD_OPERATOR:
        report.check(
            getattr(result.task, "deferrable", True)
            or getattr(result.task, "mode", None) == "reschedule",
            f"{where}: an operator that could be deferred waits in a worker",
        )
        return

    runtime = option(arguments, "--runtime")
    if runtime is None:
        report.check(False, f"{where}: no --runtime among the arguments {arguments!r}")
    elif not JAVA_UTC_TIMESTAMP.fullmatch(runtime):
        report.check(
            False,
            f"{where}: --runtime is {runtime!r}, not an ISO-8601 UTC timestamp"
            " that java.time.OffsetDateTime reads",
        )
    else:
        parsed = dt.datetime.fromisoformat(runtime.replace("Z", "+00:00"))
        report.check(
            parsed == result.runtime,
            f"{where}: --runtime is {runtime}, expected {iso(result.runtime)}",
        )

    env = option(arguments, "--env")
    report.check(
        env is not None and ENVIRONMENT.fullmatch(env) is not None,
        f"{where}: --env is {env!r}, not the name of an environment",
    )

    run_id = option(arguments, "--run-id")
    report.check(
        run_id == result.run_id,
        f"{where}: --run-id is {run_id!r}, expected {result.run_id!r}",
    )

    if conf_text is None:
        report.check(False, f"{where}: no --conf among the arguments {arguments!r}")
    else:
        try:
            value = json.loads(conf_text)
        except ValueError as error:
            report.check(False, f"{where}: --conf is not JSON ({error}): {conf_text}")
        else:
            report.check(
                value == (conf or {}) and type(value) is dict,
                f"{where}: --conf is {conf_text}, expected {json.dumps(conf or {})}",
            )


def with_required(kind: RunKind, dag: Any) -> RunKind:
    """The same way, with a value for each parameter that has no default."""
    examples = {"integer": 1, "number": 0.5, "boolean": True}
    required = {}
    for name in dag.params:
        param = dag.params.get_param(name)
        if not param.has_value:
            text = "2026-01-31" if param.schema.get("format") == "date" else "x"
            required[name] = examples.get(param.schema.get("type"), text)
    if not required:
        return kind
    return kind._replace(conf={**(kind.conf or {}), **required})


def run_kinds(line: Any, serialized: Any, scheduled: bool) -> list[RunKind]:
    start = serialized.start_date or START_WHEN_NONE
    # A plain datetime: arithmetic on Airflow's own type would follow its time zone.
    start = dt.datetime.fromtimestamp(start.timestamp(), dt.timezone.utc)
    date = start + MANUAL_RUN_DELAY
    later = date + dt.timedelta(hours=1)
    kinds = [
        RunKind("manual", "manual", date, True, {}),
        RunKind("manual-nasty-conf", "manual", later, True, NASTY_CONF),
    ]
    if scheduled:
        kinds.insert(0, RunKind("scheduled", "scheduled", None, True, None))
    if line.null_logical_date:
        fraction = date + dt.timedelta(microseconds=123456)
        kinds += [
            RunKind("manual-no-date", "manual", fraction, False, {}),
            RunKind("manual-no-date-nasty-conf", "manual", later, False, NASTY_CONF),
        ]
    return kinds


def compile_warnings(path: Path) -> list[str]:
    """The compiler's own complaints, for example about an invalid escape."""
    # An error is reported as an import error.
    with Recorder() as recorder, contextlib.suppress(SyntaxError, ValueError):
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    return recorder.found


def check(args: argparse.Namespace, report: Report, line: Any) -> None:
    dags_dir: Path = args.dags
    files = sorted(p for p in dags_dir.rglob("*.py") if "__pycache__" not in p.parts)
    report.check(bool(files), f"no .py file under {dags_dir}")

    for path in files:
        report.no_warnings(f"{path.name}: compiling", compile_warnings(path))

    with Recorder() as recorder:
        bag = line.bag()
    for name, error in sorted(bag.import_errors.items()):
        name = os.path.relpath(dags_dir / name, dags_dir)
        report.check(False, f"{name}: does not import", str(error).rstrip())
    # The bag records per file, and raises again what it recorded: say it once.
    seen: set[str] = set()
    for path in files:
        found = list(bag.captured_warnings.get(str(path), ()))
        seen.update(found)
        report.no_warnings(f"{path.name}: importing", found)
    if not seen:
        report.no_warnings("importing", recorder.found)

    by_file: dict[Path, list[Any]] = {}
    for dag in bag.dags.values():
        by_file.setdefault(Path(dag.fileloc), []).append(dag)
    for path in files:
        name = path.relative_to(dags_dir)
        dag_ids = sorted(d.dag_id for d in by_file.get(path, []))
        report.check(bool(dag_ids), f"{name}: the DAG processor finds no DAG in it")
        report.no_warnings(
            f"{name}: stability check", line.stability_warnings(path, dag_ids)
        )

    found_ids = sorted(bag.dags)
    if args.expect.isdigit():
        report.check(
            len(found_ids) == int(args.expect),
            f"{len(found_ids)} DAG(s) found, expected {args.expect}: {found_ids}",
        )
    else:
        expected = sorted(i for i in re.split(r"[,\s]+", args.expect) if i)
        report.check(
            found_ids == expected, f"DAGs found {found_ids}, expected {expected}"
        )

    again = line.bag().dags  # a second parse must give the same serialized form
    intervals: list[dict[str, Any]] = []
    rendered: list[dict[str, Any]] = []
    for dag_id in found_ids:
        try:
            check_dag(args, report, line, bag.dags[dag_id], again, intervals, rendered)
        except Exception:
            report.check(False, f"{dag_id}: unexpected error", traceback.format_exc())
    write_lines(args.intervals, intervals)
    write_lines(args.rendered, rendered)


def check_dag(
    args: argparse.Namespace,
    report: Report,
    line: Any,
    dag: Any,
    again: dict[str, Any],
    intervals: list[dict[str, Any]],
    rendered: list[dict[str, Any]],
) -> None:
    dag_id = dag.dag_id
    with Recorder() as recorder:
        data = json.loads(json.dumps(line.to_dict(dag)))
        serialized = line.from_dict(json.loads(json.dumps(data)))
    report.no_warnings(f"{dag_id}: serializing", recorder.found)
    shape = {t.task_id: sorted(t.upstream_task_ids) for t in dag.tasks}
    back = {t.task_id: sorted(t.upstream_task_ids) for t in serialized.tasks}
    report.check(
        shape == back and bool(shape),
        f"{dag_id}: tasks changed by serializing: {shape} became {back}",
    )
    report.check(
        type(serialized.timetable).__name__ == type(dag.timetable).__name__,
        f"{dag_id}: timetable changed by serializing: {dag.timetable!r}"
        f" became {serialized.timetable!r}",
    )
    report.check(
        dag_id in again and json.loads(json.dumps(line.to_dict(again[dag_id]))) == data,
        f"{dag_id}: two parses of the same file serialize differently",
    )

    scheduled = False
    for number, info in enumerate(scheduled_runs(serialized)):
        scheduled = True
        if number == INTERVALS_PER_DAG:
            break
        intervals.append(
            {
                "dag_id": dag_id,
                "run": f"scheduled-{number + 1}",
                "data_interval_start": iso(info.data_interval.start),
                "data_interval_end": iso(info.data_interval.end),
                "logical_date": iso(info.logical_date),
                "run_after": iso(info.run_after),
            }
        )

    line.store(dag)
    for kind in run_kinds(line, serialized, scheduled):
        kind = with_required(kind, dag)
        render = line.renderer(dag, serialized, kind)
        result = None
        for task_id in sorted(dag.task_ids):
            where = f"{dag_id}.{task_id}, {kind.name} run"
            with Recorder() as recorder:
                try:
                    result = render(task_id)
                except BaseException as error:
                    report.check(
                        False,
                        f"{where}: rendering failed: {type(error).__name__}: {error}",
                    )
                    if isinstance(error, KeyboardInterrupt):
                        raise
                    continue
            # A worker parses the file again; what that says was reported above.
            found = [w for w in recorder.found if not w.startswith(str(args.dags))]
            report.no_warnings(f"{where}: rendering", found)
            asked = line.requests()
            report.check(not asked, f"{where}: asked the supervisor", "\n".join(asked))
            check_task(report, where, result, kind.conf, args.literal)
            rendered.append(
                {
                    "dag_id": dag_id,
                    "task_id": task_id,
                    "run": kind.name,
                    "run_id": result.run_id,
                    "image": getattr(result.task, "image", None),
                    "arguments": getattr(result.task, "arguments", None),
                    "operator": type(result.task).__name__,
                    "fields": operator_fields(result.task),
                }
            )
        if result is not None and kind.run_type == "manual" and kind.logical:
            intervals.append(
                {
                    "dag_id": dag_id,
                    "run": kind.name,
                    "data_interval_start": iso(result.interval[0]),
                    "data_interval_end": iso(result.interval[1]),
                    "logical_date": iso(kind.date),
                }
            )


def operator_fields(task: Any) -> dict[str, Any] | None:
    """What Airflow has filled in for one of its own operators."""
    if type(task).__name__ == POD_OPERATOR:
        return None
    return {field: getattr(task, field, None) for field in task.template_fields}


def write_lines(target: str | None, rows: list[dict[str, Any]]) -> None:
    if target is None:
        return
    text = "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows)
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Checks generated DAG files against the Airflow of this Python."
    )
    parser.add_argument(
        "--dags", type=Path, required=True, help="the folder with the DAG files"
    )
    parser.add_argument(
        "--expect", required=True, help="the number of DAGs, or their ids (a,b,c)"
    )
    parser.add_argument(
        "--intervals",
        metavar="FILE",
        help="write data intervals as JSON lines (- is standard output), the same"
        " text on every Airflow when schedules mean the same",
    )
    parser.add_argument(
        "--rendered",
        metavar="FILE",
        help="write image and arguments of every rendered task as JSON lines",
    )
    parser.add_argument(
        "--literal",
        action="append",
        default=[],
        metavar="TEXT",
        help="text with braces that a rendered value may contain; repeatable",
    )
    parser.add_argument(
        "--variable",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an Airflow variable that templates may read; repeatable",
    )
    args = parser.parse_args()
    for variable in args.variable:
        if "=" not in variable:
            parser.error(f"--variable {variable}: write NAME=VALUE")
    variables = dict(variable.split("=", 1) for variable in args.variable)
    if not args.dags.is_dir():
        parser.error(f"--dags {args.dags}: no such folder")
    args.dags = args.dags.resolve()

    home = Path(tempfile.mkdtemp(prefix="bigflow-airflow-"))
    try:
        prepare_environment(args.dags, home)
        # Libraries may warn about each other while they load; that is not ours.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import airflow

            line_name = f"Airflow {airflow.__version__}"
            major = int(airflow.__version__.split(".")[0])
            exec(compile(ALLOWED_IMPORTS, "<allowed imports>", "exec"), {})
            report = Report(line_name)
            if major >= 3:  # what the processor and the worker say of themselves
                os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "client"
            kind = Line2 if major == 2 else Line3
            line = kind(args.dags, variables)
            (home / "empty").mkdir()
            line.bag(home / "empty")
        print(f"{line_name}, Python {sys.version.split()[0]}, {args.dags}", flush=True)
        check(args, report, line)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{report.passed} passed, {report.failed} failed", flush=True)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
