#!/usr/bin/env bash
# The main journey on real servers: a project from the archetype is deployed to a Docker registry and
# to fake-gcs-server, its DAG files are imported by real Airflow 2 and 3, and the pulled image runs
# jobs, also as pods of Airflow, and a run that an HTTP POST starts ends with rows in BigQuery. Installs
# the servers when they are missing, stops them by pid at the end.
# Needs a finished 'mvn verify': that stages the BigFlow under test in $IT_REPOSITORY.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
IT_REPOSITORY=${IT_REPOSITORY:-it/target/it-repo}
IT_REPOSITORY=$(cd "$IT_REPOSITORY" && pwd)
# shellcheck source=servers/lib.sh
source .ci/servers/lib.sh
# shellcheck source=journey/checks.sh
source .ci/journey/checks.sh
# shellcheck source=journey/pods.sh
source .ci/journey/pods.sh
# shellcheck source=journey/average_speed.sh
source .ci/journey/average_speed.sh
# shellcheck source=journey/flex_templates.sh
source .ci/journey/flex_templates.sh
# shellcheck source=journey/operators.sh
source .ci/journey/operators.sh
# shellcheck source=journey/dag_files.sh
source .ci/journey/dag_files.sh
# shellcheck source=journey/samples.sh
source .ci/journey/samples.sh
# shellcheck source=journey/workers.sh
source .ci/journey/workers.sh
# shellcheck source=journey/server_tests.sh
source .ci/journey/server_tests.sh

.ci/servers/install.sh
ensure_work
finish() {
  local code=$?
  stop_lanes
  stop_all
  return "$code"
}
trap finish EXIT
start_registry
start_fake_gcs
# Both at once, and beside what comes first here: starting them takes the longest.
prepare_airflow 2 &
AIRFLOW_2_PREPARED=$!
prepare_airflow 3 &
AIRFLOW_3_PREPARED=$!
CI_SERVER_PIDS+=("$AIRFLOW_2_PREPARED" "$AIRFLOW_3_PREPARED")

BUCKET=europe-composer-bucket
export GCS_BUCKET=$BUCKET # as Composer does in Airflow
PROJECT=$CI_WORK/my-data-jobs
REPOSITORY=$REGISTRY/ci/my-data-jobs
VERSION=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' pom.xml | head -n 1)

maven() {
  (cd "$1" && shift && timeout 900 mvn --batch-mode --no-transfer-progress -Dmaven.repo.local="$IT_REPOSITORY" \
    -Djib.applicationCache="$CI_WORK/layers" -s "${SETTINGS:-$ROOT/it/target/it/settings.xml}" "$@")
}

# deploy ENV [OPTION...]: with the profile prod, to the servers of this run.
# The first one runs the project's tests; those after it, of the same commit, need not run them again.
deploy() {
  local environment=$1
  shift
  maven "$PROJECT" deploy -Pprod -Dbigflow.env="$environment" -Dbigflow.dagsBucket="gs://$BUCKET" \
    -Dbigflow.image.repository="$REPOSITORY" -Dbigflow.image.base=jdk \
    -Dbigflow.storage.endpoint="$GCS_ENDPOINT" "$@"
}

json() { # json FILE EXPRESSION
  python3 -c 'import json, sys; print(eval(sys.argv[2], {"j": json.load(open(sys.argv[1]))}))' "$1" "$2"
}

objects() {
  curl --silent --fail --noproxy '*' "$GCS_ENDPOINT/storage/v1/b/$BUCKET/o?prefix=dags/" |
    python3 -c 'import json, sys; print("\n".join(o["name"] for o in json.load(sys.stdin).get("items", [])))'
}

download_dags() {
  local directory=$1 name
  mkdir -p "$directory"
  while read -r name; do
    [[ $name == */dev/*.py || $name == */prod/*.py ]] || continue
    mkdir -p "$directory/$(dirname "$name")"
    curl --silent --fail --noproxy '*' --output "$directory/$name" \
      "$GCS_ENDPOINT/storage/v1/b/$BUCKET/o/$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe=""))' "$name")?alt=media"
  done < <(objects)
}

bigquery_rows() { # bigquery_rows TABLE: the names of its ports, in order
  curl --silent --fail --max-time 60 --noproxy '*' --header 'Content-Type: application/json' \
    --data "{\"query\": \"SELECT port_name FROM \`$DATASET.$1\` ORDER BY port_name\", \"useLegacySql\": false}" \
    "$BIGQUERY_ENDPOINT/bigquery/v2/projects/bigflow-ci/queries" |
    python3 -c 'import json, sys; print(*(row["f"][0]["v"] for row in json.load(sys.stdin).get("rows", [])))'
}
bigquery() { # bigquery METHOD PATH [BODY]: a request to the emulator
  curl --silent --fail --max-time 60 --noproxy '*' --output /dev/null --request "$1" \
    --header 'Content-Type: application/json' ${3:+--data "$3"} \
    "$BIGQUERY_ENDPOINT/bigquery/v2/projects/bigflow-ci/$2"
}
delete_dataset() {
  bigquery DELETE "datasets/${DATASET#*.}?deleteContents=true"
}
has_ports() { # the four ports, and the two Polish ones
  test "$(bigquery_rows ports)" = "GDANSK GDYNIA SANKT-PETERBURG TEXAS" &&
    test "$(bigquery_rows polish_ports)" = "GDANSK GDYNIA"
}

printf '\n== generate\n'
maven "$CI_WORK" org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate -q \
  -DarchetypeGroupId=io.bigflow -DarchetypeArtifactId=bigflow-archetype \
  -DarchetypeVersion="$VERSION" -DarchetypeCatalog=local \
  -DgroupId=com.example -DartifactId=my-data-jobs
git -C "$PROJECT" init --quiet
git -C "$PROJECT" add --all
git -C "$PROJECT" -c user.name=ci -c user.email=ci@example.com commit --quiet --message first

printf '\n== its Terraform\n'
check "Terraform takes it, and the check of that finds mistakes" .ci/infra.sh "$PROJECT"

printf '\n== deploy to the registry and to the bucket\n'
create_bucket "$BUCKET"
# What other teams and Google keep there must stay as it is.
curl --silent --fail --noproxy '*' --output /dev/null --request POST \
  --header 'Content-Type: text/x-python' --data 'foreign = True' \
  "$GCS_ENDPOINT/upload/storage/v1/b/$BUCKET/o?uploadType=media&name=dags/airflow_monitoring.py"
check "deploys dev by prod's profile, after 100,000 trips by Spark" deploy dev -Daveragespeed.trips=100000
IMAGE=$PROJECT/target/bigflow/image.json
TAG=$(json "$IMAGE" 'j["tag"]')
DIGEST=$(json "$IMAGE" 'j["digest"]')
check "the registry's digest is the packaged one" test "$(registry_digest "ci/my-data-jobs:$TAG")" = "$DIGEST"
UPLOADS=$(registry_blob_uploads)
check "deploys the same commit again" deploy dev -DskipTests
check "the second deploy pushed no blob" test "$(registry_blob_uploads)" = "$UPLOADS"
check "deploys prod beside dev" deploy prod -DskipTests
check "one image serves both environments" test "$(json "$IMAGE" 'j["digest"]')" = "$DIGEST"
check "the foreign object is untouched" test \
  "$(curl --silent --noproxy '*' "$GCS_ENDPOINT/storage/v1/b/$BUCKET/o/dags%2Fairflow_monitoring.py?alt=media")" \
  = "foreign = True"
objects

download_dags "$CI_WORK/bucket"
# What follows adds workflows of its own.
GENERATED=$CI_WORK/generated/my-data-jobs
mkdir -p "${GENERATED%/*}"
cp -R "$PROJECT" "$GENERATED"
check "deploys a workflow for pods" deploy_pods
add_operators

printf '\n== Airflow 2 and 3, with stand-ins for Kubernetes and Dataproc\n'
start_bigquery
SAMPLES_BIGQUERY=$BIGQUERY_ENDPOINT
start_bigquery
start_pods
start_speeds
# What failed there is tried again, and said, by start_airflow.
wait "$AIRFLOW_2_PREPARED" "$AIRFLOW_3_PREPARED" || true
start_airflow 2
start_airflow 3

files_and_samples() {
  printf '\n== the DAG files as Airflow sees them\n'
  check_dag_files "$GENERATED"
  BIGQUERY_ENDPOINT=$SAMPLES_BIGQUERY
  PROJECT=$GENERATED
  check_samples
  printf '\n== the stand-ins\n'
  check_stand_ins
}
lane files_and_samples files_and_samples

for line in 2 3; do
  printf '\n== Airflow %s: operators, pods, and a run from an HTTP POST to rows in BigQuery\n' "$line"
  check_operators "$line"
  check_pods "$line"
  check_speeds "$line"
done
end_lanes

printf '\n== the tests on real servers\n'
check_on_servers

end_checks
