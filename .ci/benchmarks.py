#!/usr/bin/env python3
"""Repeats the measurements of docs/benchmarks.md and prints their tables.

Usage: .ci/benchmarks.py [--repository DIR] [--runs N]

Needs a finished 'mvn verify' (it stages the BigFlow under test in DIR, by default
it/target/it-repo). Compared figures come from the same run, alternating.
"""

import argparse
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SETTINGS = str(ROOT / "it/target/it/settings.xml")
ARCHETYPE = "org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate"
PLUGIN = "io.bigflow:bigflow-maven-plugin"


def maven(repository, directory, *arguments, offline=True):
    """Runs Maven and returns the seconds it took. Only what is not measured may download."""
    begin = time.monotonic()
    done = subprocess.run(
        [
            "mvn",
            "-B",
            *(["-o"] if offline else []),
            "-s",
            SETTINGS,
            f"-Dmaven.repo.local={repository}",
            *arguments,
        ],
        cwd=directory,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)} failed in {directory}:\n{done.stdout[-3000:]}")
    return seconds


def generate(repository, version, parent):
    maven(
        repository,
        parent,
        "-q",
        ARCHETYPE,
        "-DarchetypeGroupId=io.bigflow",
        "-DarchetypeArtifactId=bigflow-archetype",
        f"-DarchetypeVersion={version}",
        "-DarchetypeCatalog=local",
        "-DgroupId=com.example",
        "-DartifactId=my-data-jobs",
        offline=False,
    )
    return parent / "my-data-jobs"


def row(name, values):
    print(f"| {name} | {statistics.median(values):.1f} | {min(values):.1f} to {max(values):.1f} |")


def package_times(repository, project, runs):
    """mvn package with and without our goals: from scratch, and with nothing changed."""
    quiet = ["-DskipTests", "package"]
    # A machine that has built no image yet: no base image made, none in Jib's cache.
    first = ["clean", "-Djib.useOnlyProjectCache=true", *quiet]
    cases = {
        "clean package, our goals skipped": ["clean", "-Dbigflow.skip", *quiet],
        "clean package, first image of the machine": first,
        "clean package": ["clean", *quiet],
        "package again, our goals skipped": ["-Dbigflow.skip", *quiet],
        "package again, nothing changed": quiet,
    }
    times = {name: [] for name in cases}
    maven(repository, project, "clean", *quiet, offline=False)
    for _ in range(runs):
        for name, arguments in cases.items():
            with tempfile.TemporaryDirectory() as empty:
                cache = [f"-Dbigflow.cacheDirectory={empty}"] if arguments is first else []
                times[name].append(maven(repository, project, *cache, *arguments))
    print("| `mvn -o -DskipTests …` on the generated project | median s | range s |")
    print("|---|---|---|")
    for name, values in times.items():
        row(name, values)


def workflow_source(number):
    jobs = "\n".join(
        f'            Task.job("job_{job}", run -> {{}})' + ("," if job < 9 else ")")
        for job in range(10)
    )
    return f"""package com.example.many;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

public final class Workflow{number} implements WorkflowDefinition {{
  @Override
  public Workflow define(DefinitionContext context) {{
    return Workflow.builder("workflow_{number}")
        .sequence(
{jobs}
        .build();
  }}
}}
"""


def dag_times(repository, version, parent, runs):
    """describe and build-dags for 1, 100 and 1,000 workflows of 10 jobs."""
    print("| workflows of 10 jobs | `describe` s | `build-dags` s | Maven alone s |")
    print("|---|---|---|---|")
    for count in (1, 100, 1000):
        project = parent / f"many-{count}"
        shutil.copytree(ROOT / "it/src/test/projects/hello", project)
        pom = project / "pom.xml"
        pom.write_text(pom.read_text().replace("@project.version@", version))
        sources = project / "src/main/java/com/example"
        shutil.rmtree(sources / "hello")
        (sources / "many").mkdir()
        for number in range(count):
            file = sources / "many" / f"Workflow{number}.java"
            file.write_text(workflow_source(number))
        maven(repository, project, "-Plocal", "package", offline=False)
        goals = {"describe": [], "build-dags": [], "help": []}
        for _ in range(runs):
            for goal, times in goals.items():
                times.append(
                    maven(repository, project, "-Plocal", f"{PLUGIN}:{version}:{goal}")
                )
        medians = [statistics.median(times) for times in goals.values()]
        print(f"| {count:,} | {medians[0]:.1f} | {medians[1]:.1f} | {medians[2]:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repository", default=str(ROOT / "it/target/it-repo"))
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    repository = str(pathlib.Path(arguments.repository).resolve())
    version = re.search(r"<version>(.*?)</version>", (ROOT / "pom.xml").read_text()).group(1)
    with tempfile.TemporaryDirectory() as work:
        parent = pathlib.Path(work)
        project = generate(repository, version, parent)
        package_times(repository, project, arguments.runs)
        print()
        dag_times(repository, version, parent, arguments.runs)


if __name__ == "__main__":
    main()
