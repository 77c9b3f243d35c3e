# shellcheck shell=bash
# The sample port_events between the emulators of Pub/Sub and BigQuery, for streaming.sh and
# streaming-benchmarks.sh. After .ci/servers/lib.sh.
#
#   set_streaming_class_path PROJECT [OPTION OF MAVEN...]
#   new_streams NAME      topics, subscriptions and a dataset of their own
#   create_tables         for the streams that were made last
#   start_stream LOG [REPLAY]   the streaming job, whose process is STREAM_PID; true: after a kill
#   stop_stream SIGNAL    ends it

# The class path of a generated project that was built, as the image has it.
set_streaming_class_path() {
  local project=$1
  shift
  (cd "$project" && mvn --quiet --batch-mode --no-transfer-progress "$@" \
    org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
    -DincludeScope=runtime -Dmdep.outputFile="$CI_WORK/streaming-classpath")
  STREAM_CLASS_PATH=$(echo "$project"/target/*.jar):$(<"$CI_WORK/streaming-classpath")
}

# Puts into STREAM_ENV what leads the environment local to the emulators of this run.
new_streams() {
  local topic
  STREAM_PATH=projects/bigflow-ci
  STREAM_TOPIC=$STREAM_PATH/topics/$1
  STREAM_DATASET=streaming_${1//-/_}
  for topic in "$1" "$1-dead"; do
    pubsub PUT "$STREAM_PATH/topics/$topic" '{}'
    pubsub PUT "$STREAM_PATH/subscriptions/$topic" "{\"topic\": \"$STREAM_PATH/topics/$topic\"}"
  done
  STREAM_ENV=(
    env
    BIGFLOW_BIGQUERY_ENDPOINT="$BIGQUERY_ENDPOINT"
    PORTEVENTS_PROJECT=bigflow-ci
    PORTEVENTS_DATASET="$STREAM_DATASET"
    PORTEVENTS_SUBSCRIPTION="$STREAM_PATH/subscriptions/$1"
    PORTEVENTS_DEADLETTERTOPIC="$STREAM_PATH/topics/$1-dead"
    PORTEVENTS_BEAM_PUBSUBROOTURL="$PUBSUB_ENDPOINT"
    PORTEVENTS_BEAM_BIGQUERYENDPOINT="$BIGQUERY_ENDPOINT"
    PORTEVENTS_STARTSNAPSHOT="$STREAM_PATH/snapshots/$1"
  )
}

pubsub() { # pubsub METHOD PATH JSON
  curl --silent --show-error --fail --noproxy '*' --output /dev/null --request "$1" \
    --header 'Content-Type: application/json' --data "$3" "$PUBSUB_ENDPOINT/v1/$2"
}

launch() { # launch JOB
  exec "${STREAM_ENV[@]}" java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$STREAM_CLASS_PATH" io.bigflow.launch.Launcher run \
    --job "port_events.$1" --runtime 2026-03-01 --env local
}

create_tables() {
  (launch create_tables) >"$CI_WORK/create_tables.log" 2>&1 || {
    tail -n 20 "$CI_WORK/create_tables.log" >&2
    return 1
  }
}

start_stream() {
  PORTEVENTS_REPLAY=${2:-false} launch route_events >>"$1" 2>&1 </dev/null &
  STREAM_PID=$!
  CI_SERVER_PIDS+=("$STREAM_PID")
}

stop_stream() {
  kill "-$1" "$STREAM_PID"
  await_end 60 "$STREAM_PID" || die "The job went on for a minute after SIG$1."
  # Its exit code is that of the signal.
  wait "$STREAM_PID" 2>/dev/null || true
  unset 'CI_SERVER_PIDS[-1]'
}
