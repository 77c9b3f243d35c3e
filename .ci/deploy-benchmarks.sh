#!/usr/bin/env bash
# Repeats the deployment table of docs/benchmarks.md: 1,000 DAG files to fake-gcs-server behind a
# proxy that adds 20 ms to each answer; BigFlow beside 'gcloud storage rsync' and beside one object
# after the other, in one run. Needs gcloud, and a finished 'mvn verify' (it stages the BigFlow under
# test in the repository).
# Usage: .ci/deploy-benchmarks.sh [--repository DIR] [--runs N] [--dags N] [--flags FLAGS] [--first] [--alone]
#   BENCHMARK_BACKEND=filesystem keeps the objects as files, for many of them: in its memory
#   fake-gcs-server looks through all objects of a bucket, several times, at each write.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=servers/lib.sh
source .ci/servers/lib.sh

BIGFLOW_CI_BIGQUERY=no .ci/servers/install.sh
ensure_work
trap stop_all EXIT
start_registry
if [[ ${BENCHMARK_BACKEND:-memory} == filesystem && -d /dev/shm ]]; then
  # It waits at each write until the disk has it, which would measure the disk.
  files=$(mktemp -d /dev/shm/bigflow-benchmark.XXXXXX)
  trap 'stop_all; rm -rf "$files"' EXIT
  ln -s "$files" "$CI_WORK/gcs"
fi
start_fake_gcs "${BENCHMARK_BACKEND:-memory}"
start_toxiproxy
toxiproxy() {
  curl --silent --show-error --fail --noproxy '*' --output /dev/null --data "$2" "$TOXIPROXY$1"
}
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
toxiproxy /proxies "{\"name\": \"gcs\", \"listen\": \"127.0.0.1:$port\", \"upstream\": \"${GCS_ENDPOINT#http://}\"}"
toxiproxy /proxies/gcs/toxics '{"type": "latency", "attributes": {"latency": 20}}'
for bucket in bigflow rsync one-by-one floor; do
  create_bucket "$bucket"
done
SLOW_GCS=http://127.0.0.1:$port SERVER_PIDS="${CI_SERVER_PIDS[*]:1}" "$(airflow_python 3)" .ci/deploy_benchmarks.py "$@"
