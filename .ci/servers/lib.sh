# shellcheck shell=bash
# Servers for the end-to-end checks: a container registry, a Cloud Storage fake, a BigQuery emulator,
# a stand-in for Kubernetes, Airflow, Vault and a proxy that breaks connections, all on 127.0.0.1, on free
# ports, with their data in a work folder.
#
#   source .ci/servers/lib.sh
#   trap stop_all EXIT
#   start_registry      # exports REGISTRY=127.0.0.1:PORT
#   start_fake_gcs      # exports GCS_ENDPOINT=http://127.0.0.1:PORT
#   start_bigquery      # exports BIGQUERY_ENDPOINT=http://127.0.0.1:PORT, BIGQUERY_STORAGE=127.0.0.1:PORT
#   start_pubsub        # exports PUBSUB_ENDPOINT=http://127.0.0.1:PORT
#   start_kubernetes    # exports KUBERNETES_CONFIG, a file; before Airflow, whose pods it runs
#   start_dataproc      # exports DATAPROC_ENDPOINT=http://127.0.0.1:PORT; after Cloud Storage, before Airflow
#   start_airflow 3     # exports AIRFLOW_URL=http://127.0.0.1:PORT
#   start_toxiproxy     # exports TOXIPROXY=http://127.0.0.1:PORT
#   start_vault         # writes $CI_WORK/vault/server.properties
#
# Needs what install.sh installs. Variables that may be set before:
#   BIGFLOW_CI_CACHE  where install.sh keeps tools (default ~/.cache/bigflow-ci)
#   CI_WORK           data and logs of the servers (default: a new temporary folder,
#                     removed by stop_all; a folder that was given is kept)
# Files in CI_WORK: registry.log, registry/, gcs.log, gcs/BUCKET/OBJECT, bigquery.log,
# airflow-LINE/{server.properties,dags/,logs/}, airflow-LINE-*.log.

BIGFLOW_CI_CACHE=${BIGFLOW_CI_CACHE:-$HOME/.cache/bigflow-ci}
export BIGFLOW_CI_CACHE
# A process of Airflow imports thousands of modules. Where Python may not keep what it has compiled, each one
# compiles them anew: starting it takes three times as long.
unset PYTHONDONTWRITEBYTECODE
# The minor version the lock files were resolved for.
AIRFLOW_PYTHON=3.11
# The releases install.sh builds.
export FAKE_GCS_VERSION=v1.56.1
export TOXIPROXY_VERSION=v2.12.0
export BIGQUERY_EMULATOR_VERSION=v0.8.1
# Beam's portable runner, of the version of Beam in pom.xml.
export PRISM_VERSION=v2.73.0
# The oldest Terraform that the generated project asks for, so that what it takes newer ones take too.
export TERRAFORM_VERSION=v1.5.7
# The bindings of Google's provider for Terraform, whose release they name.
export GOOGLE_PROVIDER_BINDINGS_VERSION=21.1.0
export VAULT_VERSION=v1.20.0
# The releases of its own modules that it is built with.
export VAULT_API_VERSION=v1.22.0
export VAULT_SDK_VERSION=v0.19.0

CI_SERVERS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CI_SERVER_PIDS=()
CI_WORK_IS_OURS=

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

# The work folder, made on first use.
ensure_work() {
  if [[ -z ${CI_WORK:-} ]]; then
    CI_WORK=$(mktemp -d "${TMPDIR:-/tmp}/bigflow-ci.XXXXXX")
    CI_WORK_IS_OURS=yes
  fi
  mkdir -p "$CI_WORK"
  CI_WORK=$(cd "$CI_WORK" && pwd)
  export CI_WORK
}

# stamped NAME HASH: true when install step NAME was finished with this HASH.
stamped() {
  [[ -f $BIGFLOW_CI_CACHE/stamps/$1 && $(<"$BIGFLOW_CI_CACHE/stamps/$1") == "$2" ]]
}

stamp() {
  mkdir -p "$BIGFLOW_CI_CACHE/stamps"
  printf '%s\n' "$2" >"$BIGFLOW_CI_CACHE/stamps/$1.new"
  mv "$BIGFLOW_CI_CACHE/stamps/$1.new" "$BIGFLOW_CI_CACHE/stamps/$1"
}

hash_of() {
  cat "$@" | sha256sum | cut -d' ' -f1
}

# A Python of the minor version the lock files are for.
find_airflow_python() {
  local candidate
  for candidate in "python$AIRFLOW_PYTHON" python3 /usr/bin/python3; do
    if command -v "$candidate" >/dev/null && [[ $("$candidate" -c \
      'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) == "$AIRFLOW_PYTHON" ]]; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  die "No Python $AIRFLOW_PYTHON found, which the Airflow lock files are made for." \
    "Install it (Debian 12: apt-get install python3 python3-venv), or set AIRFLOW_PYTHON in" \
    ".ci/servers/lib.sh to a version you have and run .ci/airflow/lock.sh."
}

# uv and ruff, in an environment of their own.
ensure_tools() {
  local requirements=$CI_SERVERS_DIR/requirements-tools.txt python hash
  hash=$(hash_of "$requirements")
  if stamped tools "$hash" && [[ -x $BIGFLOW_CI_CACHE/tools/bin/uv ]]; then
    return
  fi
  python=$(find_airflow_python)
  rm -rf "$BIGFLOW_CI_CACHE/tools"
  "$python" -m venv "$BIGFLOW_CI_CACHE/tools"
  "$BIGFLOW_CI_CACHE/tools/bin/pip" install --quiet --disable-pip-version-check \
    --requirement "$requirements"
  stamp tools "$hash"
}

# airflow_python LINE: the interpreter of an installed Airflow line (2, 3, 2.10, 3.1).
airflow_python() {
  local python=$BIGFLOW_CI_CACHE/airflow-$1/bin/python
  [[ -x $python ]] || die "Airflow $1 is not installed. Run: .ci/servers/install.sh"
  printf '%s\n' "$python"
}

ruff_bin() {
  printf '%s\n' "$BIGFLOW_CI_CACHE/tools/bin/ruff"
}

# check_dag_style DIR: generated DAGs have no ruff finding and are formatted as ruff does.
# --isolated: no configuration of a surrounding project may change the verdict.
check_dag_style() {
  "$(ruff_bin)" check --isolated --no-cache --quiet --select E,F,I,AIR "$1" &&
    "$(ruff_bin)" format --isolated --no-cache --quiet --diff "$1"
}

free_port() {
  python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

# wait_for_http URL [PID [SECONDS]]: until URL answers with 2xx; fails when PID ends.
wait_for_http() {
  local url=$1 pid=${2:-} deadline=$((SECONDS + ${3:-30}))
  until curl --silent --fail --output /dev/null --noproxy '*' --max-time 5 "$url"; do
    if [[ -n $pid ]] && ! kill -0 "$pid" 2>/dev/null; then
      echo "The server for $url ended." >&2
      return 1
    fi
    if ((SECONDS >= deadline)); then
      echo "No answer from $url within ${3:-30} s." >&2
      return 1
    fi
    sleep 0.1
  done
}

# start_server NAME PATH COMMAND...: starts COMMAND with every "@PORT@" replaced by a
# free port, waits for http://127.0.0.1:PORT/PATH and leaves the port in SERVER_PORT.
# SERVER_SECONDS says how long it waits, 30 if it is not set; SERVER_SCHEME=https waits for TLS. Another process may take the port in between, hence the attempts.
start_server() {
  local name=$1 path=$2 attempt pid
  shift 2
  for attempt in 1 2 3; do
    SERVER_PORT=$(free_port)
    "${@//@PORT@/$SERVER_PORT}" >>"$CI_WORK/$name.log" 2>&1 </dev/null &
    pid=$!
    if wait_for_http "${SERVER_SCHEME:-http}://127.0.0.1:$SERVER_PORT/$path" "$pid" "${SERVER_SECONDS:-30}"; then
      CI_SERVER_PIDS+=("$pid")
      return
    fi
    end_processes "$pid" || true
    echo "$name did not start (attempt $attempt of 3)" >&2
  done
  tail -n 20 "$CI_WORK/$name.log" >&2
  die "$name did not start; its log is above."
}

# The Docker distribution registry: empty, plain HTTP, no authentication.
start_registry() {
  ensure_work
  cat >"$CI_WORK/registry.yml" <<EOF
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: "$CI_WORK/registry"}
  delete: {enabled: true}
http:
  headers: {X-Content-Type-Options: [nosniff]}
EOF
  mkdir -p "$CI_WORK/registry"
  start_server registry v2/ \
    env REGISTRY_HTTP_ADDR=127.0.0.1:@PORT@ OTEL_TRACES_EXPORTER=none \
    docker-registry serve "$CI_WORK/registry.yml"
  export REGISTRY=127.0.0.1:$SERVER_PORT
}

# registry_digest REPOSITORY:TAG: what the registry itself says the digest is.
registry_digest() {
  local name=${1%:*} tag=${1##*:}
  curl --silent --show-error --fail --noproxy '*' --head \
    --header 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    --header 'Accept: application/vnd.oci.image.manifest.v1+json' \
    --header 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' \
    --header 'Accept: application/vnd.oci.image.index.v1+json' \
    "http://$REGISTRY/v2/$name/manifests/$tag" |
    tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

# registry_blob_uploads: how many blobs were uploaded to the registry so far.
registry_blob_uploads() {
  grep -cE '"PUT /v2/[^ ]+/blobs/uploads/[^ ]+ HTTP/[0-9.]+" 201 ' "$CI_WORK/registry.log" || true
}

# start_fake_gcs [BACKEND]: a fake of Cloud Storage. With the backend filesystem (default)
# objects are files: $CI_WORK/gcs/BUCKET/OBJECT; with memory, buckets may keep versions.
start_fake_gcs() {
  local backend=${1:-filesystem}
  ensure_work
  mkdir -p "$CI_WORK/gcs"
  # -public-host: the host of download requests; -external-url: where resumable uploads
  # continue. Both must be what the client dialled.
  start_server gcs storage/v1/b \
    "$BIGFLOW_CI_CACHE/bin/fake-gcs-server" -scheme http -host 127.0.0.1 -port @PORT@ \
    -public-host 127.0.0.1:@PORT@ -external-url http://127.0.0.1:@PORT@ \
    -backend "$backend" -filesystem-root "$CI_WORK/gcs" -location EUROPE-WEST1 -log-level info
  export GCS_ENDPOINT=http://127.0.0.1:$SERVER_PORT
}

# An emulator of BigQuery and of its Storage API, empty, with the project bigflow-ci. It loads from the
# fake of Cloud Storage when that was started before. It keeps the memory of each query.
start_bigquery() {
  ensure_work
  mkdir -p "$CI_WORK/bigquery"
  # Its data lies in a temporary file, which is gone with the work folder even when it is killed.
  start_server bigquery bigquery/v2/projects/bigflow-ci/datasets \
    env TMPDIR="$CI_WORK/bigquery" ${GCS_ENDPOINT:+"STORAGE_EMULATOR_HOST=$GCS_ENDPOINT"} \
    "$BIGFLOW_CI_CACHE/bin/bigquery-emulator" --host=127.0.0.1 --port=@PORT@ --grpc-port=0 \
    --project=bigflow-ci --log-level=error
  export BIGQUERY_ENDPOINT=http://127.0.0.1:$SERVER_PORT
  BIGQUERY_STORAGE=$(sed -n 's/^.*gRPC server listening at //p' "$CI_WORK/bigquery.log" | tail -n 1)
  export BIGQUERY_STORAGE
}

# Beam's portable runner, whose jobs are in $PRISM_ENDPOINT.
start_prism() {
  local port
  ensure_work
  port=$(free_port)
  start_server prism "" "$BIGFLOW_CI_CACHE/bin/prism" --job_port="$port" --web_port=@PORT@ --log_kind=text
  PRISM_ENDPOINT=127.0.0.1:$port
  export PRISM_ENDPOINT
}

# pubsub_emulator: the jar of Google's emulator of Pub/Sub, which gcloud installs; fails when it is not there.
pubsub_emulator() {
  local folder jar
  for folder in "$(dirname "$(readlink -f "$(command -v gcloud || echo /)")")/.." /usr/lib/google-cloud-sdk; do
    for jar in "$folder"/platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar; do
      if [[ -f $jar ]]; then
        printf '%s\n' "$jar"
        return
      fi
    done
  done
  return 1
}

# Google's emulator of Pub/Sub, empty.
start_pubsub() {
  local jar
  ensure_work
  jar=$(pubsub_emulator) ||
    die "There is no emulator of Pub/Sub. Install google-cloud-cli-pubsub-emulator by apt, or: gcloud components install pubsub-emulator"
  # Not gcloud, whose end would leave the emulator behind.
  start_server pubsub "" java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$jar" --host=127.0.0.1 --port=@PORT@
  export PUBSUB_ENDPOINT=http://127.0.0.1:$SERVER_PORT
}

# start_kubernetes [OPTION...]: a stand-in for the API of Kubernetes, whose pods are containers of
# podman_here; OPTIONs are those of kubernetes.py that describe the pods' surroundings (--env, --secrets).
# An Airflow that is started afterwards runs its pods there. The token that it asks for is in files of
# $CI_WORK/kubernetes alone.
start_kubernetes() {
  ensure_work
  set_podman
  local home=$CI_WORK/kubernetes
  mkdir -p "$home"
  (umask 077 && python3 -c 'import secrets; print(secrets.token_hex(16))' >"$home/token")
  start_server kubernetes readyz \
    python3 "$CI_SERVERS_DIR/kubernetes.py" --port @PORT@ --token "$home/token" --work "$home/pods" \
    "$@" -- "${CI_PODMAN[@]}"
  # JSON is YAML too.
  (
    umask 077
    cat >"$home/config" <<EOF
{"apiVersion": "v1", "kind": "Config", "current-context": "ci",
 "contexts": [{"name": "ci", "context": {"cluster": "ci", "user": "ci"}}],
 "clusters": [{"name": "ci", "cluster": {"server": "http://127.0.0.1:$SERVER_PORT"}}],
 "users": [{"name": "ci", "user": {"token": "$(<"$home/token")"}}]}
EOF
  )
  export KUBERNETES_CONFIG=$home/config
}

# write_spark_pom VERSION FOLDER: a project with what a cluster has, which is Spark with all it brings along,
# and not what a project's own dependencies make of it. Its class path is what start_dataproc wants:
#   mvn -f FOLDER org.apache.maven.plugins:maven-dependency-plugin:VERSION:build-classpath \
#     -DincludeScope=runtime -Dmdep.outputFile="$SPARK_CLASSPATH_FILE"
write_spark_pom() {
  mkdir -p "$2"
  cat >"$2/pom.xml" <<EOF
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ci</groupId>
  <artifactId>spark</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.spark</groupId>
      <artifactId>spark-sql_2.13</artifactId>
      <version>$1</version>
    </dependency>
  </dependencies>
</project>
EOF
}

# A stand-in for Dataproc, which runs Spark jobs here, with the class path in SPARK_CLASSPATH_FILE and the files
# of the fake of Cloud Storage. Requests are in $CI_WORK/dataproc/requests.jsonl, the output of drivers in
# $CI_WORK/dataproc/work/JOB.log. An Airflow that is started afterwards makes its clusters there. A cluster takes
# some seconds, 6 if DATAPROC_SECONDS is not set: a trigger that fires at once may overtake the news that its
# task has deferred, which Airflow 3 takes up to five seconds to notice, and then fails the task.
start_dataproc() {
  ensure_work
  local home=$CI_WORK/dataproc
  mkdir -p "$home"
  start_server dataproc readyz \
    python3 "$CI_SERVERS_DIR/dataproc.py" --port @PORT@ --storage "$GCS_ENDPOINT" \
    --spark-classpath "$SPARK_CLASSPATH_FILE" --work "$home/work" --log "$home/requests.jsonl" \
    --seconds "${DATAPROC_SECONDS:-6}"
  export DATAPROC_ENDPOINT=http://127.0.0.1:$SERVER_PORT
}

# A proxy between client and server that cuts, slows and stalls connections as it is told
# over its own HTTP API. It listens where that API asks it to.
start_toxiproxy() {
  ensure_work
  start_server toxiproxy version \
    env LOG_LEVEL=warn "$BIGFLOW_CI_CACHE/bin/toxiproxy-server" -host 127.0.0.1 -port @PORT@
  export TOXIPROXY=http://127.0.0.1:$SERVER_PORT
}

# Vault in development mode: unsealed, in memory, over TLS with an authority of its own. The root
# token is in $CI_WORK/vault/server.properties alone, which tests read; so is the authority's file.
start_vault() {
  ensure_work
  local home=$CI_WORK/vault token
  mkdir -p "$home"
  token=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
  local -x CURL_CA_BUNDLE=$home/vault-ca.pem VAULT_DEV_ROOT_TOKEN_ID=$token
  # The program looks for these, which may mean another server.
  local SERVER_SCHEME=https
  start_server vault v1/sys/health \
    env -u VAULT_ADDR -u VAULT_TOKEN -u VAULT_NAMESPACE HOME="$home" \
    "$BIGFLOW_CI_CACHE/bin/vault" server -dev -dev-tls -dev-tls-cert-dir="$home" \
    -dev-no-store-token -dev-listen-address=127.0.0.1:@PORT@ -log-level=warn
  (
    umask 077
    printf '%s=%s\n' url "https://127.0.0.1:$SERVER_PORT" token "$token" \
      authority "$home/vault-ca.pem" >"$home/server.properties"
  )
}

# create_bucket NAME
create_bucket() {
  curl --silent --show-error --fail --noproxy '*' --output /dev/null \
    --header 'Content-Type: application/json' --data "{\"name\": \"$1\"}" \
    "$GCS_ENDPOINT/storage/v1/b?project=bigflow-ci"
}

# Fills AIRFLOW_ENV with "env SETTINGS..." for an installed line: SQLite, no examples, files parsed
# again every second; pods go to the stand-in for Kubernetes when that was started before. An array and
# not a function, so that a pid is that of Airflow itself.
set_airflow_env() {
  local line=$1 home=$CI_WORK/airflow-$1
  AIRFLOW_ENV=(
    env
    AIRFLOW_HOME="$home"
    AIRFLOW__CORE__DAGS_FOLDER="$home/dags"
    AIRFLOW__CORE__LOAD_EXAMPLES=False
    AIRFLOW__CORE__UNIT_TEST_MODE=False
    AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL=1
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="sqlite:///$home/airflow.db"
    AIRFLOW__LOGGING__BASE_LOG_FOLDER="$home/logs"
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False
    NO_PROXY='*' no_proxy='*' PYTHONWARNINGS=ignore
    PATH="$BIGFLOW_CI_CACHE/airflow-$line/bin:$PATH"
  )
  if [[ -n ${BIGQUERY_ENDPOINT:-}${DATAPROC_ENDPOINT:-} ]]; then
    # The operators of the Google provider work on the emulators, without credentials.
    AIRFLOW_ENV+=(
      ${BIGQUERY_ENDPOINT:+BIGQUERY_EMULATOR_HOST="$BIGQUERY_ENDPOINT"}
      ${GCS_ENDPOINT:+STORAGE_EMULATOR_HOST="$GCS_ENDPOINT"}
      AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT='{"conn_type": "google_cloud_platform", "extra": {"is_anonymous": true, "project": "bigflow-ci"}}'
    )
  fi
  if [[ -n ${KUBERNETES_CONFIG:-} ]]; then
    # The file that generated DAGs name. Their connection kubernetes_default need not exist: the provider
    # then takes an empty one, as on Composer, where the file says everything too.
    AIRFLOW_ENV=("$CI_SERVERS_DIR/with_kube_config.sh" "$KUBERNETES_CONFIG" "${AIRFLOW_ENV[@]}")
  fi
  if [[ -n ${DATAPROC_ENDPOINT:-} ]]; then
    AIRFLOW_ENV+=(
      DATAPROC_EMULATOR_HOST="$DATAPROC_ENDPOINT"
      PYTHONPATH="${CI_SERVERS_DIR%/*}/airflow/dataproc_endpoint${PYTHONPATH:+:$PYTHONPATH}"
    )
  fi
  case $line in
    2*)
      AIRFLOW_ENV+=(
        AIRFLOW__CORE__EXECUTOR=SequentialExecutor
        AIRFLOW__API__AUTH_BACKENDS=airflow.providers.fab.auth_manager.api.auth.backend.basic_auth
        AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL=1
        AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL=1
        AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL=5
        AIRFLOW__SCHEDULER__STALE_DAG_THRESHOLD=5
        AIRFLOW__WEBSERVER__SECRET_KEY="$(<"$home/secret")"
      )
      ;;
    *)
      AIRFLOW_ENV+=(
        AIRFLOW__CORE__EXECUTOR=LocalExecutor
        AIRFLOW__CORE__PARALLELISM=2
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=ci:admin
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE="$home/passwords.json"
        AIRFLOW__API__SECRET_KEY="$(<"$home/secret")"
        AIRFLOW__API_AUTH__JWT_SECRET="$(<"$home/secret")"
        AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL=1
        AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL=1
        AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL=1
        AIRFLOW__DAG_PROCESSOR__PARSING_CLEANUP_INTERVAL=5
        AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD=5
      )
      ;;
  esac
  }

# prepare_airflow LINE: database, user and folders. May run in the background, beside another
# line: start_airflow does it when nobody has.
prepare_airflow() {
  local line=$1 home=$CI_WORK/airflow-$1
  airflow_python "$line" >/dev/null
  (
    umask 077
    mkdir -p "$home/dags" "$home/logs"
    python3 -c 'import secrets; print(secrets.token_hex(32))' >"$home/secret"
    python3 -c 'import secrets; print(secrets.token_hex(16))' >"$home/password"
    printf '{"ci": "%s"}' "$(<"$home/password")" >"$home/passwords.json"
    set_airflow_env "$line"
    "${AIRFLOW_ENV[@]}" airflow db migrate
    [[ $line != 2* ]] || "${AIRFLOW_ENV[@]}" airflow users create --role Admin --username ci \
      --password "$(<"$home/password")" --firstname CI --lastname CI --email ci@example.com
  ) >>"$CI_WORK/airflow-$line-prepare.log" 2>&1 || {
    tail -n 20 "$CI_WORK/airflow-$line-prepare.log" >&2
    echo "The database of Airflow $line was not made; the log is above." >&2
    return 1
  }
  touch "$home/prepared"
}

# start_airflow LINE: API server, scheduler and DAG processor of an installed Airflow line; on
# Airflow 2 with SQLite the scheduler is the DAG processor too. DAG files go to $CI_WORK/airflow-LINE/dags. Exports AIRFLOW_URL; the user's password is in
# $CI_WORK/airflow-LINE/server.properties alone, which tests read.
start_airflow() {
  local line=$1 home part
  ensure_work
  home=$CI_WORK/airflow-$line
  [[ -f $home/prepared ]] || prepare_airflow "$line" || die "Airflow $line did not start."
  set_airflow_env "$line"
  local SERVER_SECONDS=180
  case $line in
    2*)
      # What 'airflow webserver' starts, without the process that watches it: on a slow machine that
      # one sends signals before gunicorn can take them, which stops it for good.
      start_server "airflow-$line-api" health \
        "${AIRFLOW_ENV[@]}" gunicorn --bind 127.0.0.1:@PORT@ --workers 1 --timeout 120 \
        --no-control-socket --config python:airflow.www.gunicorn_config 'airflow.www.app:cached_app()'
      ;;
    *)
      start_server "airflow-$line-api" api/v2/version \
        "${AIRFLOW_ENV[@]}" airflow api-server --host 127.0.0.1 --port @PORT@ --workers 1
      ;;
  esac
  export AIRFLOW_URL=http://127.0.0.1:$SERVER_PORT
  local parts=(scheduler)
  [[ $line == 2* ]] || parts+=(dag-processor)
  # What waits without a worker is looked after by the triggerer, whose asynchronous clients want the
  # address of the emulator without a scheme, while the others want it with one.
  [[ -z ${BIGQUERY_ENDPOINT:-}${DATAPROC_ENDPOINT:-} ]] || parts+=(triggerer)
  for part in "${parts[@]}"; do
    # The log server's port is the same for every Airflow of a machine.
    local options=()
    [[ $part == dag-processor ]] || options=(--skip-serve-logs)
    [[ $part != triggerer || -z ${BIGQUERY_ENDPOINT:-} ]] || AIRFLOW_ENV+=("BIGQUERY_EMULATOR_HOST=${BIGQUERY_ENDPOINT#*://}")
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL=$AIRFLOW_URL/execution/ "${AIRFLOW_ENV[@]}" airflow "$part" "${options[@]}" \
      >>"$CI_WORK/airflow-$line-$part.log" 2>&1 </dev/null &
    CI_SERVER_PIDS+=("$!")
  done
  (
    umask 077
    printf '%s=%s\n' url "$AIRFLOW_URL" user ci password "$(<"$home/password")" \
      dags "$home/dags" >"$home/server.properties"
  )
}

# Fills CI_PODMAN with a podman command whose store lies in the work folder. The options
# are those that work as root in a container without CAP_SYS_RESOURCE as well.
set_podman() {
  ensure_work
  CI_PODMAN=(
    podman --storage-driver=overlay --root "$CI_WORK/podman/root"
    --runroot "$CI_WORK/podman/run" --tmpdir "$CI_WORK/podman/tmp"
    --runtime runc --cgroup-manager cgroupfs --events-backend none
  )
}

podman_here() {
  set_podman
  "${CI_PODMAN[@]}" "$@"
}

# push_shell_image REPOSITORY: a small image with a shell and few commands, as REPOSITORY:1 in the
# registry and nowhere else; prints its reference by digest.
push_shell_image() {
  local root=$CI_WORK/shell-image reference=$REGISTRY/$1:1 library
  mkdir -p "$root/bin" "$root/tmp"
  cp /bin/sh /bin/sleep /bin/id "$root/bin/"
  ldd /bin/sh /bin/sleep /bin/id | grep -oE '/[^ )]+' | grep -E '\.so' | sort -u |
    while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp -L "$library" "$root$library"
    done
  tar -C "$root" -cf "$root.tar" .
  podman_here import --change 'ENTRYPOINT ["/bin/sh"]' "$root.tar" "$reference" >/dev/null 2>&1
  podman_here push --quiet --tls-verify=false "$reference" >/dev/null
  podman_here rmi --all --force >/dev/null
  printf '%s@%s\n' "$REGISTRY/$1" "$(registry_digest "$1:1")"
}

# Removes the containers and images of podman_here, which rm alone cannot do.
remove_podman_store() {
  [[ -n ${CI_WORK:-} && -d $CI_WORK/podman ]] || return 0
  podman_here rm --all --force >/dev/null 2>&1 || true
  local mounted
  while read -r mounted; do
    umount "$mounted" 2>/dev/null || true
  done < <(awk -v p="$CI_WORK/podman/" 'index($2, p) == 1 {print $2}' /proc/mounts | sort -r)
  rm -rf "$CI_WORK/podman"
}

# await_end SECONDS PID...: until none of these processes of this shell runs; fails if one still does after SECONDS.
await_end() {
  local pid deadline=$((SECONDS + $1))
  shift
  for pid in "$@"; do
    while kill -0 "$pid" 2>/dev/null; do
      ((SECONDS < deadline)) || return 1
      sleep 0.1
    done
  done
}

# with_children PID: the process and all that descend from it.
with_children() {
  local child
  printf '%s\n' "$1"
  for child in $(pgrep -P "$1"); do
    with_children "$child"
  done
}

# end_processes PID...: ends these processes of this shell. One that goes on although it was asked is asked
# again, and after END_SECONDS, 30 if that is not set, killed with all that it started; then this fails, and says
# which it was. Airflow's DAG processor needs that: it ends by an exception, which Python ignores if the signal
# comes while it runs a callback of its own, after a fork for one.
end_processes() {
  local pid again process code=0 seconds=${END_SECONDS:-30}
  for again in 1 2 3; do
    kill "$@" 2>/dev/null || true
    ! await_end $(((seconds + 2) / 3)) "$@" || break
  done
  for pid in "$@"; do
    if kill -0 "$pid" 2>/dev/null; then
      printf 'Killed, because it went on for %d s after SIGTERM: %s\n' "$seconds" "$(ps -o pid=,comm= -p "$pid")" >&2
      for process in $(with_children "$pid"); do
        kill -KILL "$process" 2>/dev/null || true
      done
      code=1
    fi
    wait "$pid" 2>/dev/null || true
  done
  return "$code"
}

# Ends every server this shell started. Safe to call twice; keeps the exit code when it is called from a trap.
stop_servers() {
  local code=$?
  end_processes "${CI_SERVER_PIDS[@]}" || true
  CI_SERVER_PIDS=()
  return "$code"
}

# Ends them, and removes the work folder if this shell made it. Safe to call twice, and from a trap, likewise.
stop_all() {
  local code=$?
  stop_servers
  remove_podman_store
  if [[ -n $CI_WORK_IS_OURS && -n ${CI_WORK:-} ]]; then
    rm -rf "$CI_WORK"
    CI_WORK_IS_OURS=
    unset CI_WORK
  fi
  return "$code"
}
