#!/usr/bin/env bash
# The sample port_events with the DirectRunner, between the emulators of Pub/Sub and BigQuery: 10,000
# messages from another process, and each of them is one row or one dead letter; twice, and once more with
# the job killed and started again while they come.
#
#   .ci/streaming.sh PROJECT [OPTION OF MAVEN...]
#
# PROJECT is the folder of a generated project after 'mvn package'. Variables:
#   MESSAGES   in each round (default 10000)
set -euo pipefail

PROJECT=$(cd "$1" && pwd)
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=servers/lib.sh
source .ci/servers/lib.sh
# shellcheck source=streaming/lib.sh
source .ci/streaming/lib.sh
MESSAGES=${MESSAGES:-10000}

ensure_work
trap stop_all EXIT
set_streaming_class_path "$PROJECT" "$@"
start_pubsub
start_bigquery

# round NAME SEED SECONDS [COMMAND...]: publishes within SECONDS, meanwhile does the command, and verifies.
round() {
  local name=$1 seed=$2 seconds=$3 log=$CI_WORK/$1.log started=$SECONDS publisher again=()
  shift 3
  new_streams "$name"
  create_tables
  start_stream "$log"
  .ci/streaming/publish.py "$PUBSUB_ENDPOINT" "$STREAM_TOPIC" "$seed" "$MESSAGES" "$seconds" &
  publisher=$!
  if [[ $# -gt 0 ]]; then
    "$@" "$log"
    again=(again)
  fi
  wait "$publisher"
  printf '== %s\n' "$name"
  .ci/streaming/verify.py "$BIGQUERY_ENDPOINT" "bigflow-ci.$STREAM_DATASET" "$PUBSUB_ENDPOINT" \
    "$STREAM_PATH/subscriptions/$name-dead" "$seed" "$MESSAGES" 120 "${again[@]}" || {
    tail -n 40 "$log"
    return 1
  }
  kill -0 "$STREAM_PID" # it did not end by itself
  stop_stream TERM
  printf '%s took %d s\n' "$name" "$((SECONDS - started))"
}

rows() { # rows TABLE
  curl --silent --noproxy '*' --header 'Content-Type: application/json' \
    --data "{\"query\": \"SELECT COUNT(*) FROM \`bigflow-ci.$STREAM_DATASET.$1\`\", \"useLegacySql\": false}" \
    "$BIGQUERY_ENDPOINT/bigquery/v2/projects/bigflow-ci/queries" |
    sed -n 's/.*"v": *"\([0-9]*\)".*/\1/p'
}

# kill_in_the_middle LOG: when a part of the rows is there, so that others are on their way.
kill_in_the_middle() {
  local i before
  for ((i = 0; i < 600; i++)); do
    before=$(rows arrivals)
    if ((${before:-0} > MESSAGES / 20)); then
      stop_stream KILL
      printf 'killed after %d arrivals\n' "$(rows arrivals)"
      start_stream "$1" "${REPLAY:-true}"
      return
    fi
    sleep 0.1
  done
  echo "No rows came." >&2
  return 1
}

round first 1 0
round second 2 0
round killed 3 15 kill_in_the_middle
