#!/usr/bin/env bash
# Runs port_events on this machine: emulators of Pub/Sub and BigQuery, some messages, and the streaming
# job itself until Ctrl-C. Needs no account. What it started ends with it, and its tables with that.
#
#   bash src/emulators/start.sh [OPTION OF MAVEN...]
#
# Needs java, mvn, curl, Google's emulator of Pub/Sub (gcloud components install pubsub-emulator, or
# PUBSUB_EMULATOR_JAR with the path of its jar), and on the PATH the program of
# https://github.com/goccy/bigquery-emulator/releases.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

PROJECT=port-events-local
PUBSUB=http://127.0.0.1:${PUBSUB_PORT:-8085}
BIGQUERY=http://127.0.0.1:${BIGQUERY_PORT:-9050}
LOGS=target/emulators
pids=()

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

stop() {
  trap - EXIT
  local i
  # The job first, then what it talks to.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || true
    wait "${pids[i]}" 2>/dev/null || true
  done
}
trap stop EXIT
trap 'exit 130' INT TERM

# start NAME URL COMMAND...: until the URL answers.
start() {
  local name=$1 url=$2 i
  shift 2
  "$@" >"$LOGS/$name.log" 2>&1 </dev/null &
  pids+=($!)
  for ((i = 0; i < 300; i++)); do
    kill -0 "${pids[-1]}" 2>/dev/null || break
    if curl --silent --fail --noproxy '*' --output /dev/null "$url"; then
      return
    fi
    sleep 0.1
  done
  tail -n 5 "$LOGS/$name.log" >&2
  fail "$name did not start. Is its port taken? $LOGS/$name.log says more."
}

# call METHOD URL JSON
call() {
  curl --silent --show-error --fail --noproxy '*' --request "$1" --header 'Content-Type: application/json' \
    --data "$3" "$2"
}

pubsub() {
  call "$1" "$PUBSUB/v1/projects/$PROJECT/$2" "$3"
}

# publish TABLE PAYLOAD
publish() {
  pubsub POST topics/port-events:publish \
    "{\"messages\": [{\"attributes\": {\"destination_table\": \"$1\"}, \"data\": \"$(printf '%s' "$2" | base64 | tr -d '\n')\"}]}" >/dev/null
}

rows() { # rows TABLE: how many there are
  call POST "$BIGQUERY/bigquery/v2/projects/$PROJECT/queries" \
    "{\"query\": \"SELECT COUNT(*) FROM portevents.$1\", \"useLegacySql\": false}" 2>/dev/null |
    sed -n 's/.*"v": *"\([0-9]*\)".*/\1/p' || true
}

jar=${PUBSUB_EMULATOR_JAR:-}
if [[ -z $jar ]] && command -v gcloud >/dev/null; then
  jar=$(find "$(gcloud info --format='value(installation.sdk_root)')/platform/pubsub-emulator/lib" \
    -name 'cloud-pubsub-emulator-*.jar' 2>/dev/null | head -n 1)
fi
[[ -f $jar ]] || fail "There is no emulator of Pub/Sub: gcloud components install pubsub-emulator" \
  "or set PUBSUB_EMULATOR_JAR to the path of its jar."
command -v bigquery-emulator >/dev/null || fail "bigquery-emulator is not on the PATH. Get it from" \
  "https://github.com/goccy/bigquery-emulator/releases"

mkdir -p "$LOGS"
start pubsub "$PUBSUB" java -jar "$jar" --host=127.0.0.1 --port="${PUBSUB##*:}"
start bigquery "$BIGQUERY/bigquery/v2/projects/$PROJECT/datasets" \
  bigquery-emulator --host=127.0.0.1 --port="${BIGQUERY##*:}" --grpc-port=0 --project="$PROJECT" \
  --log-level=error

for topic in port-events port-events-dead-letters; do
  pubsub PUT "topics/$topic" '{}' >/dev/null
  pubsub PUT "subscriptions/$topic-bigflow" "{\"topic\": \"projects/$PROJECT/topics/$topic\"}" >/dev/null
done
publish arrivals '{"ship": "Batory", "port": "Gdynia", "arrived_at": "2026-03-01T10:00:00Z", "draught": 9.8}'
publish departures '{"ship": "Batory", "port": "Gdynia", "departed_at": "2026-03-02T10:00:00Z"}'
publish berths '{"port": "Gdynia", "berth": "7", "free": true, "seen_at": "2026-03-02T10:05:00Z"}'
publish lighthouses '{"name": "Rozewie"}'
publish arrivals 'Batory has arrived'

# Not an export of the user's shell may lead the job elsewhere.
PORTEVENTS_BEAM_PUBSUBROOTURL=$PUBSUB PORTEVENTS_BEAM_BIGQUERYENDPOINT=$BIGQUERY \
  BIGFLOW_BIGQUERY_ENDPOINT=$BIGQUERY mvn -B bigflow:run -Dbigflow.env=local \
  -Dbigflow.workflow=port_events "$@" &
pids+=($!)
until [[ $(rows arrivals)$(rows departures)$(rows berths) == 111 ]]; do
  kill -0 "${pids[-1]}" 2>/dev/null || fail "The job ended; its log is above."
  sleep 1
done
letters=
until [[ $(grep -c . <<<"$letters") == 2 ]]; do
  kill -0 "${pids[-1]}" 2>/dev/null || fail "The job ended; its log is above."
  letters+=$(pubsub POST subscriptions/port-events-dead-letters-bigflow:pull '{"maxMessages": 10}' |
    grep -o '"dead_letter_reason": *"[A-Z_]*"' || true)
  [[ -z $letters ]] || letters+=$'\n'
  letters=$(grep . <<<"$letters" || true)
done
cat <<END

One row is in each of the tables arrivals, departures and berths. Two messages are dead letters:
$letters
The job goes on. Publish to $PUBSUB/v1/projects/$PROJECT/topics/port-events:publish
and query $BIGQUERY/bigquery/v2/projects/$PROJECT/queries; Ctrl-C ends all.
END
wait "${pids[-1]}"
