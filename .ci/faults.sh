#!/usr/bin/env bash
# Deployments under faults, on real servers: docs/reliability.md is the table of what is done
# here. Installs the servers when they are missing, stops them by pid at the end, then compares
# what was run with the table.
#
#   .ci/faults.sh [TEST...]   tests as Maven's -Dtest knows them (default: all)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=servers/lib.sh
source .ci/servers/lib.sh

# Neither Airflow nor BigQuery nor Vault is needed here.
BIGFLOW_CI_AIRFLOW=' ' BIGFLOW_CI_BIGQUERY=no BIGFLOW_CI_VAULT=no .ci/servers/install.sh
ensure_work
finish() {
  local code=$?
  [[ -z ${SMALL_DISK:-} ]] || umount "$SMALL_DISK" || true
  stop_all
  return "$code"
}
trap finish EXIT
start_registry
# In memory: only that keeps versions of objects.
start_fake_gcs memory
start_toxiproxy

missing=()
export BIGFLOW_TEST_GCS=$GCS_ENDPOINT BIGFLOW_TEST_REGISTRY=$REGISTRY BIGFLOW_TEST_TOXIPROXY=$TOXIPROXY
for library in /usr/lib/*/faketime/libfaketimeMT.so.1; do
  export BIGFLOW_TEST_FAKETIME=$library
done
if [[ ! -f ${BIGFLOW_TEST_FAKETIME:-} ]]; then
  unset BIGFLOW_TEST_FAKETIME
  missing+=(aClockThatIsWrongDoesNoHarm aKilledDeploymentIsTakenOverWhateverTheClocksSay)
  echo 'Skipped: a wrong clock, because libfaketime is not installed (Debian: faketime).'
fi
mkdir -p "$CI_WORK/small-disk"
if mount -t tmpfs -o size=64k tmpfs "$CI_WORK/small-disk" 2>/dev/null; then
  SMALL_DISK=$CI_WORK/small-disk
  export BIGFLOW_TEST_SMALL_DISK=$SMALL_DISK
else
  missing+=(aBuildOnAFullDiskLeavesNothingToDeploy)
  echo 'Skipped: a full disk, because only root can mount a small one.'
fi

maven() {
  mvn --quiet --batch-mode --no-transfer-progress -pl bigflow-runtime,bigflow-maven-plugin \
    -Dsurefire.failIfNoSpecifiedTests=false "$@"
}

counts=bigflow-maven-plugin/target/faults.txt
rm -f "$counts"
code=0
# What mostly waits runs at once; the kill matrix, which needs the processors, by itself.
at_once=$(IFS=,; echo "${*:-HttpFaultsTest,NetworkFaultsTest,ConcurrentDeploysTest,MachineFaultsTest,RecordFaultsTest,BucketKindsTest,ExpiredTokenTest}")
maven test -Dtest="$at_once" \
  -Djunit.jupiter.execution.parallel.enabled=true \
  -Djunit.jupiter.execution.parallel.mode.default=concurrent \
  -Djunit.jupiter.execution.parallel.config.strategy=fixed \
  -Djunit.jupiter.execution.parallel.config.fixed.parallelism=4 \
  -Djunit.jupiter.execution.parallel.config.executor-service=WORKER_THREAD_POOL || code=1
if [[ $# -eq 0 ]]; then
  maven test -Dtest=KillMatrixTest || code=1
  python3 .ci/faults.py docs/reliability.md "$counts" "${missing[@]}" || code=1
fi
exit "$code"
