# shellcheck shell=bash
# The samples of the generated project: in the image that was deployed, pulled as a cluster pulls it, and by Maven.
#
#   check_samples       after start_bigquery; PROJECT is the project as it was generated
#
# Uses check, fails_saying, maven, bigquery, has_ports, PROJECT, REPOSITORY, DIGEST, IT_REPOSITORY and CI_WORK of
# the journey, and lib.sh.

run_job() { # run_job JOB [OPTIONS OF run_image.sh...]
  local job=$1
  shift
  .ci/servers/run_image.sh "$@" "$REPOSITORY@$DIGEST" \
    run --job "$job" --runtime "$RUNTIME" --env local --run-id ci --image "$REPOSITORY@$DIGEST"
}

exit_code_of() {
  local code=0
  "$@" >/dev/null 2>&1 || code=$?
  echo "$code"
}

starts_locally() { # by the one command of its README
  local log=$CI_WORK/emulators.log pid i
  PUBSUB_PORT=$(free_port) BIGQUERY_PORT=$(free_port) PATH=$BIGFLOW_CI_CACHE/bin:$PATH \
    bash "$PROJECT/src/emulators/start.sh" --no-transfer-progress "${its_maven[@]}" >"$log" 2>&1 &
  pid=$!
  CI_SERVER_PIDS+=("$pid")
  for ((i = 0; i < 240; i++)); do
    if grep --quiet '^The job goes on' "$log"; then
      kill -TERM "$pid" && await_end 60 "$pid" && ! wait "$pid"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 1
  done
  tail -n 40 "$log"
  return 1
}

bigquery_job() { # bigquery_job JOB [RUNTIME]: in the pulled image
  local RUNTIME=${2:-$RUNTIME}
  run_job "$1" -e GCP_PROJECT=bigflow-ci -e BIGFLOW_BIGQUERY_ENDPOINT="$BIGQUERY_ENDPOINT"
}

bigquery_maven() { # bigquery_maven ID [RUNTIME]: all jobs, by Maven; each call is a new run
  maven "$PROJECT" bigflow:run -Dbigflow.workflow="$1" -Dbigflow.env=local -Dbigflow.runtime="${2:-$RUNTIME}"
}

bigquery_workflow() { # bigquery_workflow ID [RUNTIME]: the same, silent if it succeeds
  bigquery_maven "$@" >"$CI_WORK/$1.log" 2>&1 || { tail -n 40 "$CI_WORK/$1.log" && false; }
}

check_image() {
  local output=$CI_WORK/output
  RUNTIME=2026-01-01T00:00:00+00:00
  mkdir -p "$output"
  chmod 777 "$output"
  check "runs hello.say_hello" run_job hello.say_hello
  check "runs hello.say_goodbye" run_job hello.say_goodbye
  check "runs wordcount" run_job wordcount.count_words -e WORDCOUNT_OUTPUT=/output/counts -v "$output:/output"
  check "wordcount wrote its counts" grep --recursive --quiet ': [0-9]' "$output"
  check "an unknown job ends with exit code 2" test "$(exit_code_of run_job hello.nobody)" = 2
}

check_streaming() {
  its_maven=(-Dmaven.repo.local="$IT_REPOSITORY" -s "$ROOT/it/target/it/settings.xml")
  check "each of 10,000 messages is a row or a dead letter: twice, and with the job killed in the middle" \
    env -u CI_WORK .ci/streaming.sh "$PROJECT" "${its_maven[@]}"
  check "the streaming sample starts on a machine without an account, by one command" starts_locally
}

check_bigquery_samples() {
  local job time missing late NOW
  DATASET=bigflow-ci.internationalports_local
  NOW=$(date --utc +%Y-%m-%dT%H:%M:%S+00:00)
  missing="Cannot find fresh rows of ports in $DATASET: Not found: Table "
  late="Cannot find fresh rows of ports in $DATASET: the newest has as_of = 2026-01-01T00:00:00Z, which is "
  check "monitoring fails in the image when the table is missing" \
    fails_saying "$missing" bigquery_job monitoring.ports_are_fresh "$NOW"
  for job in create_ports_table create_polish_ports_table populate_ports_table select_polish_ports; do
    check "the image runs internationalports.$job" bigquery_job "internationalports.$job"
  done
  check "the image made the four and the two ports" has_ports
  check "monitoring fails in the image when the table is late" \
    fails_saying "$late" bigquery_job monitoring.ports_are_fresh "$NOW"
  for job in internationalports.populate_ports_table internationalports.select_polish_ports \
    monitoring.ports_are_fresh monitoring.polish_ports_are_fresh; do
    check "the image runs $job for now" bigquery_job "$job" "$NOW"
  done
  delete_dataset
  export GCP_PROJECT=bigflow-ci BIGFLOW_BIGQUERY_ENDPOINT=$BIGQUERY_ENDPOINT
  for time in first second; do
    check "mvn bigflow:run runs internationalports, the $time time" bigquery_workflow internationalports
    check "it made the four and the two ports, the $time time" has_ports
  done
  check "monitoring fails by mvn bigflow:run when the table is late" \
    fails_saying "$late" bigquery_maven monitoring "$NOW"
  check "mvn bigflow:run fills the tables for now" bigquery_workflow internationalports "$NOW"
  check "monitoring succeeds by mvn bigflow:run once they are filled" bigquery_workflow monitoring "$NOW"
  unset GCP_PROJECT BIGFLOW_BIGQUERY_ENDPOINT
}

check_samples() {
  printf '\n== the pulled image\n'
  check_image
  printf '\n== the streaming sample, on the emulators of Pub/Sub and BigQuery\n'
  check_streaming
  printf '\n== the BigQuery samples, on the emulator\n'
  check_bigquery_samples
}
