"""The measurements of deploy-benchmarks.sh, which starts the servers."""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from benchmarks import PLUGIN, ROOT, SETTINGS, workflow_source

ENDPOINT = os.environ["SLOW_GCS"]
REGISTRY = os.environ["REGISTRY"]


# What a Maven needs that is to stay small: the compiler that costs little, the collector without
# threads of its own, and a heap that suffices for 10,000 files.
SMALL = "-Xmx96m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(*pids):
    """Seconds of CPU that processes have used so far."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def server_seconds():
    """Seconds of CPU that the server and the proxy before it have used so far."""
    return processor_seconds(*os.environ["SERVER_PIDS"].split())


class Peak:
    """The most memory that a process has had at once, watched while it runs (VmHWM, in MB)."""

    def __init__(self, pid):
        self.megabytes = 0.0
        self.status = pathlib.Path(f"/proc/{pid}/status")
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while True:
            try:
                peak = re.search(r"VmHWM:\s+(\d+) kB", self.status.read_text())
            except OSError:
                return
            # What has ended and is not yet waited for has no memory any more.
            if peak is None:
                return
            self.megabytes = int(peak.group(1)) / 1024
            time.sleep(0.05)


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

    def __init__(self, directory, repository, version, dags):
        self.directory = directory
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

    def command(self, *arguments):
        return [
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
        ]

    def maven(self, *arguments):
        run(self.command(*arguments), cwd=self.directory)

    @property
    def dags(self):
        return self.directory / "target/bigflow/dags"

    def change_one(self, number):
        """Changes one workflow and builds its DAG file again; the image stays."""
        source = self.directory / "src/main/java/com/example/many/Workflow7.java"
        text = re.sub(r'\("workflow_7"\)(\.description\(".*?"\))?', f'("workflow_7").description("{number}")', source.read_text())
        source.write_text(text)
        self.maven("process-classes", f"{self.plugin}:build-dags")

    def deploy(self, flags):
        """Deploys with a JVM of these flags.

        Returns seconds of the deployment itself and of the whole mvn, seconds of CPU of Maven and
        of the servers, and the most memory of the whole process in MB.
        """
        begin = time.monotonic()
        servers = server_seconds()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        with tempfile.TemporaryFile("w+") as output:
            # The script mvn ends by becoming Java, so its process is that of the JVM.
            process = subprocess.Popen(
                self.command(f"{self.plugin}:deploy-dags"),
                cwd=self.directory,
                env={**os.environ, "MAVEN_OPTS": flags},
                stdout=output,
                stderr=output,
            )
            peak = Peak(process.pid)
            if process.wait() != 0:
                output.seek(0)
                sys.exit(f"The deployment failed:\n{output.read()[-3000:]}")
            peak.thread.join()
        wall = time.monotonic() - begin
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        maven = used.ru_utime + used.ru_stime - children.ru_utime - children.ru_stime
        report = json.loads((self.directory / "target/bigflow/deploy-report.json").read_text())
        # ISO 8601, such as PT1M2.5S
        minutes, seconds = re.fullmatch(r"PT(?:(\d+)M)?(?:([\d.]+)S)?", report["duration"]).groups(default="0")
        inside = 60 * int(minutes) + float(seconds)
        return inside, wall, maven, server_seconds() - servers, peak.megabytes


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


CASES = ("first deployment", "nothing changed", "one file changed")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", default=str(ROOT / "it/target/it-repo"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dags", type=int, default=1000)
    parser.add_argument("--flags", default=SMALL, help="of the JVM that is to stay small")
    parser.add_argument("--first", action="store_true", help="the first deployment only")
    parser.add_argument("--alone", action="store_true", help="without the others, which take long")
    arguments = parser.parse_args()
    repository = str(pathlib.Path(arguments.repository).resolve())
    version = re.search(r"<version>(.*?)</version>", (ROOT / "pom.xml").read_text()).group(1)
    cases = CASES[:1] if arguments.first else CASES
    times = {}
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        project = Project(work / "many", repository, version, arguments.dags)
        for number in range(arguments.runs):
            for name in ("rsync", "one-by-one"):
                empty(name)
            for variant, flags in (("small", arguments.flags), ("usual", "")):
                if variant == "usual" and arguments.alone:
                    continue
                empty("bigflow")
                for case in cases:
                    if case == "one file changed":
                        project.change_one(f"{number} {variant}")
                    times.setdefault((case, variant), []).append(project.deploy(flags))
            if arguments.alone:
                continue
            empty("floor")
            times.setdefault("floor", []).append(floor(arguments.dags))
            for case in cases:
                if case == "one file changed":
                    project.change_one(f"{number} others")
                times.setdefault((case, "rsync"), []).append(rsync(project, work / "gcloud"))
                times.setdefault((case, "one"), []).append(one_by_one(project))
    report(arguments, cases, times)


def report(arguments, cases, times):
    print(f"`{arguments.flags}`, {arguments.dags:,} DAG files, {arguments.runs} runs")
    print("| | JVM | BigFlow itself s | range s | whole `mvn` s | CPU of Maven s | CPU of the servers s | peak memory MB |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        for variant in ("usual", "small"):
            measured = times.get((case, variant), [])
            if measured:
                inside, *rest = (list(values) for values in zip(*measured))
                cells = [f"{statistics.median(inside):.1f}", f"{min(inside):.1f} to {max(inside):.1f}"]
                cells += [f"{statistics.median(values):.1f}" for values in rest[:3]]
                print(f"| {case} | {variant} | {' | '.join(cells)} | {max(rest[3]):.0f} |")
    if arguments.alone:
        return
    print()
    print("| | `gcloud storage rsync` s | one after the other s | BigFlow, usual JVM: times faster | small JVM: times faster |")
    print("|---|---|---|---|---|")
    for case in cases:
        one = statistics.median(times[case, "one"])
        faster = [one / statistics.median([m[0] for m in times[case, variant]]) for variant in ("usual", "small")]
        print(
            f"| {case} | {statistics.median(times[case, 'rsync']):.1f} | {one:.1f}"
            f" | {faster[0]:.0f} | {faster[1]:.0f} |"
        )
    print(f"A bare client takes {statistics.median(times['floor']):.1f} s for as many objects.")


if __name__ == "__main__":
    main()
