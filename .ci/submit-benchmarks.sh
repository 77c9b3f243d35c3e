#!/usr/bin/env bash
# How long it takes to submit a pipeline to Dataflow when its classes have not changed, and in how many
# requests, next to Beam alone: all in one JVM, by turns, with a fake of Cloud Storage and one of Dataflow.
#
#   .ci/submit-benchmarks.sh [OPTION OF MAVEN...]
#
# Variables:
#   RUNS       of each way (default 9)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=servers/lib.sh
source .ci/servers/lib.sh
RUNS=${RUNS:-9}

ensure_work
trap stop_all EXIT
mvn --quiet --batch-mode --no-transfer-progress "$@" -pl bigflow-runtime test-compile \
  dependency:build-classpath -Dmdep.outputFile="$CI_WORK/class-path" >"$CI_WORK/maven.log" 2>&1 || {
  cat "$CI_WORK/maven.log" >&2
  exit 1
}
start_fake_gcs memory
java -cp "bigflow-runtime/target/test-classes:bigflow-runtime/target/classes:$(<"$CI_WORK/class-path")" \
  io.bigflow.beam.SubmitBenchmark "$GCS_ENDPOINT" "$RUNS" 2>"$CI_WORK/java.log" || {
  tail -n 20 "$CI_WORK/java.log" >&2
  exit 1
}
