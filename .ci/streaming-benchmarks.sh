#!/usr/bin/env bash
# How fast port_events brings messages into tables, next to the same transforms without BigFlow: both with
# the DirectRunner, by turns, each between emulators of its own.
#
#   .ci/streaming-benchmarks.sh PROJECT [OPTION OF MAVEN...]
#
# PROJECT is the folder of a generated project after 'mvn package'. Variables:
#   MESSAGES   that wait when a job starts (default 5000)
#   RUNS       of each (default 3)
set -euo pipefail

PROJECT=$(cd "$1" && pwd)
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=servers/lib.sh
source .ci/servers/lib.sh
# shellcheck source=streaming/lib.sh
source .ci/streaming/lib.sh
MESSAGES=${MESSAGES:-5000}
RUNS=${RUNS:-3}

ensure_work
trap stop_all EXIT
set_streaming_class_path "$PROJECT" "$@"
javac -proc:none -nowarn -d "$CI_WORK/hand-written" -cp "$STREAM_CLASS_PATH" .ci/streaming/HandWritten.java \
  2>"$CI_WORK/javac.log" || {
  cat "$CI_WORK/javac.log" >&2
  exit 1
}

start_hand_written() { # start_hand_written LOG
  local name=${STREAM_TOPIC##*/}
  java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$CI_WORK/hand-written:$STREAM_CLASS_PATH" \
    com.example.portevents.HandWritten bigflow-ci "$STREAM_DATASET" "$STREAM_PATH/subscriptions/$name" \
    "$STREAM_TOPIC-dead" --runner=DirectRunner --project=bigflow-ci --pubsubRootUrl="$PUBSUB_ENDPOINT" \
    --bigQueryEndpoint="$BIGQUERY_ENDPOINT" \
    --credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory \
    >>"$1" 2>&1 </dev/null &
  STREAM_PID=$!
  CI_SERVER_PIDS+=("$STREAM_PID")
}

# measure NAME SEED START: prints the rate.
measure() (
  set -e
  log=$CI_WORK/$1.log
  # This shell ends the emulators that it starts, and the other one removes the folder.
  CI_SERVER_PIDS=() CI_WORK_IS_OURS=
  trap stop_all EXIT
  start_pubsub
  start_bigquery
  new_streams "$1"
  create_tables
  .ci/streaming/publish.py "$PUBSUB_ENDPOINT" "$STREAM_TOPIC" "$2" "$MESSAGES"
  "$3" "$log"
  .ci/streaming/measure.py "$BIGQUERY_ENDPOINT" "bigflow-ci.$STREAM_DATASET" "$2" "$MESSAGES" 300 || {
    tail -n 20 "$log" >&2
    exit 1
  }
  stop_stream TERM
)

for ((run = 1; run <= RUNS; run++)); do
  order=(bigflow hand-written)
  # Who comes first has the colder emulators.
  ((run % 2)) || order=(hand-written bigflow)
  for kind in "${order[@]}"; do
    start=start_stream
    [[ $kind == bigflow ]] || start=start_hand_written
    rate=$(measure "$kind-$run" "$run" "$start")
    printf '%-12s run %d: %8s rows/s\n' "$kind" "$run" "$rate"
    printf '%s %s\n' "$kind" "$rate" >>"$CI_WORK/rates"
  done
done
python3 - "$CI_WORK/rates" <<'END'
import statistics, sys
rates = {}
for line in open(sys.argv[1]):
    kind, rate = line.split()
    rates.setdefault(kind, []).append(float(rate))
for kind, found in rates.items():
    print(f"{kind}: median {statistics.median(found):.0f} rows/s, {min(found):.0f} to {max(found):.0f}")
print(f"ratio: {statistics.median(rates['bigflow']) / statistics.median(rates['hand-written']):.2f}")
END
