"""The measurements of deploy-benchmarks.sh, which starts the servers."""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from benchmarks import PLUGIN, ROOT, SETTINGS, workflow_source

ENDPOINT = os.environ["SLOW_GCS"]
REGISTRY = os.environ["REGISTRY"]


def run(command, **options):
    """Runs a command to its end and returns the seconds it took."""
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        sys.exit(f"{command} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return seconds


class Project:
    """A project of many workflows, built once; its DAG files are then changed in place."""

    def __init__(self, directory, repository, version, dags, heap):
        self.directory = directory
        self.heap = heap
        self.repository = repository
        shutil.copytree(ROOT / "it/src/test/projects/hello", directory)
        pom = directory / "pom.xml"
        pom.write_text(pom.read_text().replace("@project.version@", version))
        sources = directory / "src/main/java/com/example"
        shutil.rmtree(sources / "hello")
        (sources / "many").mkdir()
        for number in range(dags):
            (sources / "many" / f"Workflow{number}.java").write_text(workflow_source(number))
        self.plugin = f"{PLUGIN}:{version}"
        self.maven("package")
        self.maven(f"{self.plugin}:deploy-image")

    def maven(self, *arguments, heap=""):
        return run(
            [
                "mvn",
                "-B",
                "-s",
                SETTINGS,
                f"-Dmaven.repo.local={self.repository}",
                "-Dbigflow.env=dev",
                "-Dbigflow.image.base=jdk",
                f"-Dbigflow.image.repository={REGISTRY}/benchmark/many",
                "-Dbigflow.dagsBucket=gs://bigflow",
                f"-Dbigflow.storage.endpoint={ENDPOINT}",
                *arguments,
            ],
            cwd=self.directory,
            env={**os.environ, "MAVEN_OPTS": f"-Xmx{heap}" if heap else ""},
        )

    @property
    def dags(self):
        return self.directory / "target/bigflow/dags"

    def change_one(self, number):
        """Changes one workflow and builds its DAG file again; the image stays."""
        source = self.directory / "src/main/java/com/example/many/Workflow7.java"
        text = re.sub(r'\("workflow_7"\)(\.description\(".*?"\))?', f'("workflow_7").description("{number}")', source.read_text())
        source.write_text(text)
        self.maven("process-classes", f"{self.plugin}:build-dags")

    def deploy(self):
        """Seconds of the whole mvn, and of the deployment itself."""
        wall = self.maven(f"{self.plugin}:deploy-dags", heap=self.heap)
        report = json.loads((self.directory / "target/bigflow/deploy-report.json").read_text())
        # ISO 8601, such as PT1M2.5S
        minutes, seconds = re.fullmatch(r"PT(?:(\d+)M)?(?:([\d.]+)S)?", report["duration"]).groups(default="0")
        return wall, 60 * int(minutes) + float(seconds)


def rsync(project, config):
    environment = {
        **os.environ,
        "CLOUDSDK_CONFIG": str(config),
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "True",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE": ENDPOINT + "/",
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_PROJECT": "benchmark",
    }
    command = ["gcloud", "storage", "rsync", "--recursive", "--checksums-only"]
    command += ["--delete-unmatched-destination-objects", str(project.dags), "gs://rsync/dags"]
    return run(command, env=environment)


def one_by_one(project):
    """The way of Python BigFlow: every object is removed, then each file sent after the other."""
    begin = time.monotonic()
    client = storage.Client(
        project="benchmark",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": ENDPOINT},
    )
    bucket = client.bucket("one-by-one")
    for blob in client.list_blobs(bucket, prefix="dags/"):
        blob.delete()
    for file in sorted(project.dags.rglob("*.py")):
        name = f"dags/{file.relative_to(project.dags)}"
        bucket.blob(name).upload_from_filename(str(file))
    return time.monotonic() - begin


def floor(dags):
    """Seconds in which the server takes so many objects at all, without the start of the client."""
    command = ["java", str(ROOT / ".ci/UploadFloor.java"), ENDPOINT, "floor", str(dags)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def empty(name):
    """Removes all objects of a bucket, without the added latency."""
    client = storage.Client(
        project="benchmark",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": os.environ["GCS_ENDPOINT"]},
    )
    for blob in client.list_blobs(name):
        blob.delete()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", default=str(ROOT / "it/target/it-repo"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dags", type=int, default=1000)
    parser.add_argument("--heap", default="", help="limit of the JVM that deploys, for example 256m")
    parser.add_argument("--alone", action="store_true", help="without the others, which take long")
    arguments = parser.parse_args()
    repository = str(pathlib.Path(arguments.repository).resolve())
    version = re.search(r"<version>(.*?)</version>", (ROOT / "pom.xml").read_text()).group(1)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        project = Project(work / "many", repository, version, arguments.dags, arguments.heap)
        times = {}
        for number in range(arguments.runs):
            for name in ("bigflow", "rsync", "one-by-one", "floor"):
                empty(name)
            times.setdefault("floor", []).append(float("nan") if arguments.alone else floor(arguments.dags))
            for case in ("first deployment", "nothing changed", "one file changed"):
                if case == "one file changed":
                    project.change_one(number)
                wall, inside = project.deploy()
                times.setdefault((case, "mvn"), []).append(wall)
                times.setdefault((case, "inside"), []).append(inside)
                for other, way in (("rsync", lambda: rsync(project, work / "gcloud")), ("one", lambda: one_by_one(project))):
                    times.setdefault((case, other), []).append(float("nan") if arguments.alone else way())
    print(f"| {arguments.dags:,} DAG files, 20 ms added | BigFlow itself s | whole `mvn` s | `gcloud storage rsync` s | one after the other s |")
    print("|---|---|---|---|---|")
    for case in ("first deployment", "nothing changed", "one file changed"):
        cells = [f"{statistics.median(times[case, column]):.1f}" for column in ("inside", "mvn", "rsync", "one")]
        print(f"| {case} | {' | '.join(cells)} |")
    print(f"The server itself: {statistics.median(times['floor']):.1f} s for as many objects.")


if __name__ == "__main__":
    main()
