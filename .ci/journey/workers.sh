# shellcheck shell=bash
# The deployed image as the image of Beam's workers: Prism, Beam's portable runner, starts its worker by
# Beam's container contract, as Dataflow does, and what it starts is a container of the image in the
# registry. The pipeline is WorkerOnServerTest's.
#
#   start_workers        after the deployment of $PROJECT: sets BIGFLOW_TEST_PRISM and the other variables
#   check_workers        after that test
#
# Uses check, REPOSITORY, DIGEST and CI_WORK of the journey.

start_workers() {
  export BIGFLOW_TEST_WORKER=$CI_WORK/start-worker.sh BIGFLOW_TEST_WORKER_FOLDER=$CI_WORK/workers
  # Prism puts the worker's id between quotes, as a shell would take it.
  cat >"$BIGFLOW_TEST_WORKER" <<END
#!/usr/bin/env bash
exec "$PWD/.ci/servers/run_image.sh" -m 1g -v "$BIGFLOW_TEST_WORKER_FOLDER:$BIGFLOW_TEST_WORKER_FOLDER" \\
  "$REPOSITORY@$DIGEST" "\${@//\'/}" >>"$CI_WORK/worker.log" 2>&1
END
  chmod +x "$BIGFLOW_TEST_WORKER"
  start_prism
  export BIGFLOW_TEST_PRISM=$PRISM_ENDPOINT
}

check_workers() {
  check "a container of the image was the worker" grep --quiet 'Worker .* of pipeline count-words-on-prism starts' \
    "$CI_WORK/worker.log"
}
