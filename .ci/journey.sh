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
# shellcheck source=journey/pods.sh
source .ci/journey/pods.sh
# shellcheck source=journey/average_speed.sh
source .ci/journey/average_speed.sh
# shellcheck source=journey/flex_templates.sh
source .ci/journey/flex_templates.sh
# shellcheck source=journey/workers.sh
source .ci/journey/workers.sh

.ci/servers/install.sh
ensure_work
trap stop_all EXIT
start_registry
start_fake_gcs
# Both at once, and beside what comes first here: starting them takes the longest.
prepare_airflow 2 &
AIRFLOW_2_PREPARED=$!
prepare_airflow 3 &
AIRFLOW_3_PREPARED=$!
CI_SERVER_PIDS+=("$AIRFLOW_2_PREPARED" "$AIRFLOW_3_PREPARED")

passed=0
failed=0

# check NAME COMMAND...: one fact.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    printf 'ok    %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s: %s\n' "$name" "$*"
  fi
}

BUCKET=europe-composer-bucket
export GCS_BUCKET=$BUCKET # as Composer does in Airflow
PROJECT=$CI_WORK/my-data-jobs
REPOSITORY=$REGISTRY/ci/my-data-jobs
VERSION=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' pom.xml | head -n 1)

maven() {
  (cd "$1" && shift && timeout 900 mvn --batch-mode --no-transfer-progress -Dmaven.repo.local="$IT_REPOSITORY" -s "${SETTINGS:-$ROOT/it/target/it/settings.xml}" "$@")
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

printf '\n== the DAG files as Airflow sees them\n'
download_dags "$CI_WORK/bucket"
check "ruff finds nothing to check or to format" check_dag_style "$CI_WORK/bucket/dags"
EXPECTED=average_speed__dev,average_speed__prod,hello__dev,hello__prod,internationalports__dev,internationalports__prod,monitoring__dev,monitoring__prod,port_events__dev,port_events__prod,wordcount__dev,wordcount__prod
for line in 2.10 2 3.1 3; do
  check "Airflow $line imports and renders them" "$(airflow_python "$line")" .ci/airflow/check_dags.py \
    --dags "$CI_WORK/bucket/dags" --expect "$EXPECTED" --intervals "$CI_WORK/intervals-$line"
done
check "the data intervals are the same on Airflow 2 and 3" \
  cmp "$CI_WORK/intervals-2" "$CI_WORK/intervals-3"
# Operators work in the environment that they are built for, so this is about a project without.
VARIABLE_PROJECT=$CI_WORK/my-jobs-of-any-environment
cp -R "$PROJECT" "$VARIABLE_PROJECT"
rm -r "$VARIABLE_PROJECT/target" "$VARIABLE_PROJECT"/src/{main,test}/java/com/example/averagespeed
maven "$VARIABLE_PROJECT" package -Pprod -DskipTests -Dbigflow.env=dev -Dbigflow.envVariable=bigflow_env \
  -Dbigflow.image.repository="$REPOSITORY" -Dbigflow.image.base=jdk -Dbigflow.outputDirectory=target/variable
variable_rendered() { # variable_rendered LINE: every task has the environment that the variable says
  "$(airflow_python "$1")" .ci/airflow/check_dags.py --dags "$VARIABLE_PROJECT/target/variable/dags" --expect 5 \
    --variable bigflow_env=prod --rendered "$CI_WORK/variable-$1" &&
    test "$(grep -c '"--env", "prod"' "$CI_WORK/variable-$1")" = "$(wc -l <"$CI_WORK/variable-$1")"
}
variable_missing() { # variable_missing LINE: no task starts
  ! "$(airflow_python "$1")" .ci/airflow/check_dags.py --dags "$VARIABLE_PROJECT/target/variable/dags" \
    --expect 5 --rendered "$CI_WORK/variable-missing-$1" >"$CI_WORK/variable-missing-$1.log" 2>&1 &&
    grep --quiet 'rendering failed: .*bigflow_env' "$CI_WORK/variable-missing-$1.log" &&
    test ! -s "$CI_WORK/variable-missing-$1"
}
for line in 2.10 2 3.1 3; do
  check "Airflow $line gives jobs the environment of a variable" variable_rendered "$line"
done
for line in 2 3; do
  check "Airflow $line starts no task without that variable" variable_missing "$line"
done
check "ruff leaves them as they are too" check_dag_style "$VARIABLE_PROJECT/target/variable/dags"
check "deploys a workflow for pods" deploy_pods
# Two lines of Airflow tell enough of the checker.
check "the checker itself catches broken DAG files" env BIGFLOW_CI_AIRFLOW="2 3" .ci/airflow/test_check_dags.sh

printf '\n== the pulled image\n'
RUNTIME=2026-01-01T00:00:00+00:00
OUTPUT=$CI_WORK/output
mkdir -p "$OUTPUT"
chmod 777 "$OUTPUT"
run_job() { # run_job JOB [OPTIONS OF run_image.sh...]
  local job=$1
  shift
  .ci/servers/run_image.sh "$@" "$REPOSITORY@$DIGEST" \
    run --job "$job" --runtime "$RUNTIME" --env local --run-id ci --image "$REPOSITORY@$DIGEST"
}
check "runs hello.say_hello" run_job hello.say_hello
check "runs hello.say_goodbye" run_job hello.say_goodbye
check "runs wordcount" run_job wordcount.count_words -e WORDCOUNT_OUTPUT=/output/counts -v "$OUTPUT:/output"
check "wordcount wrote its counts" grep --recursive --quiet ': [0-9]' "$OUTPUT"
exit_code_of() {
  local code=0
  "$@" >/dev/null 2>&1 || code=$?
  echo "$code"
}
fails_saying() { # fails_saying TEXT COMMAND...: exit code 1, and the reason
  local text=$1 code=0
  shift
  "$@" >"$CI_WORK/failure.log" 2>&1 || code=$?
  { test "$code" = 1 && grep --quiet --fixed-strings "$text" "$CI_WORK/failure.log"; } ||
    { tail -n 40 "$CI_WORK/failure.log" && false; }
}
check "an unknown job ends with exit code 2" test "$(exit_code_of run_job hello.nobody)" = 2

printf '\n== the streaming sample, on the emulators of Pub/Sub and BigQuery\n'
its_maven=(-Dmaven.repo.local="$IT_REPOSITORY" -s "$ROOT/it/target/it/settings.xml")
check "each of 10,000 messages is a row or a dead letter: twice, and with the job killed in the middle" \
  env -u CI_WORK .ci/streaming.sh "$PROJECT" "${its_maven[@]}"
starts_locally() { # by the one command of its README
  local log=$CI_WORK/emulators.log pid i
  PUBSUB_PORT=$(free_port) BIGQUERY_PORT=$(free_port) PATH=$BIGFLOW_CI_CACHE/bin:$PATH \
    bash "$PROJECT/src/emulators/start.sh" --no-transfer-progress "${its_maven[@]}" >"$log" 2>&1 &
  pid=$!
  CI_SERVER_PIDS+=("$pid")
  for ((i = 0; i < 240; i++)); do
    if grep --quiet '^The job goes on' "$log"; then
      kill -TERM "$pid" && ! wait "$pid"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 1
  done
  tail -n 40 "$log"
  return 1
}
check "the streaming sample starts on a machine without an account, by one command" starts_locally

printf '\n== the BigQuery samples, on the emulator\n'
start_bigquery
DATASET=bigflow-ci.internationalports_local
NOW=$(date --utc +%Y-%m-%dT%H:%M:%S+00:00)
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
MISSING="Cannot find fresh rows of ports in $DATASET: Not found: Table "
LATE="Cannot find fresh rows of ports in $DATASET: the newest has as_of = 2026-01-01T00:00:00Z, which is "
check "monitoring fails in the image when the table is missing" \
  fails_saying "$MISSING" bigquery_job monitoring.ports_are_fresh "$NOW"
for job in create_ports_table create_polish_ports_table populate_ports_table select_polish_ports; do
  check "the image runs internationalports.$job" bigquery_job "internationalports.$job"
done
check "the image made the four and the two ports" has_ports
check "monitoring fails in the image when the table is late" \
  fails_saying "$LATE" bigquery_job monitoring.ports_are_fresh "$NOW"
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
  fails_saying "$LATE" bigquery_maven monitoring "$NOW"
check "mvn bigflow:run fills the tables for now" bigquery_workflow internationalports "$NOW"
check "monitoring succeeds by mvn bigflow:run once they are filled" bigquery_workflow monitoring "$NOW"
unset GCP_PROJECT BIGFLOW_BIGQUERY_ENDPOINT

printf '\n== the tests that need a real server or a real Python\n'
# What failed there is tried again, and said, by start_airflow.
wait "$AIRFLOW_2_PREPARED" "$AIRFLOW_3_PREPARED" || true
start_pods
start_speeds
start_airflow 2
start_airflow 3

printf '\n== the BigQuery sample and a workflow without pods, by the operators of Airflow\n'
cat >"$PROJECT/src/main/resources/application-operators.properties" <<'END'
gcp.project=bigflow-ci
internationalports.dataset=internationalports_operators
internationalports.execution=operator
counting.output=gs://acme-data/counts-
counting.beam.runner=DataflowRunner
counting.beam.project=bigflow-ci
counting.beam.region=europe-west1
counting.beam.stagingLocation=gs://bigflow-ci-dataflow/staging
counting.beam.serviceAccount=workers@bigflow-ci.iam.gserviceaccount.com
END
# A pipeline that is started from a template.
sed 's/^package .*/package com.example;/' \
  it/src/test/projects/templates/src/main/java/com/example/templates/CountingWorkflow.java \
  >"$PROJECT/src/main/java/com/example/CountingWorkflow.java"
create_bucket bigflow-ci-dataflow
add_flex_template
cat >"$PROJECT/src/main/java/com/example/ListingWorkflow.java" <<'END'
package com.example;

import com.google.cloud.bigquery.FormatOptions;
import io.bigflow.bigquery.BigQueryDataset;
import io.bigflow.operators.AirflowOperators;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Sees a file, lists it, and writes the list into a table; loads a file into a table that another
 * task has been waiting for: by operators alone.
 */
public final class ListingWorkflow implements WorkflowDefinition {
  private static final String GOOGLE = "airflow.providers.google.cloud.";
  private static final String NASTY = "it's {{ 7 * 7 }} {% raw %} \"\"\" \\ .sql";

  @Override
  public Workflow define(DefinitionContext context) {
    String bucket = "europe-composer-bucket";
    BigQueryDataset dataset =
        BigQueryDataset.of(context.config(), "internationalports")
            .tables("listing", "loaded")
            .execution(Execution.OPERATOR);
    return Workflow.builder("listing")
        .schedule(Schedule.manual())
        .sequence(
            Task.operator(
                "wait",
                Operator.of(GOOGLE + "sensors.gcs.GCSObjectExistenceSensor")
                    .with("bucket", bucket)
                    .with("object", Template.text("dags/airflow_monitoring.py"))
                    .with("deferrable", true)),
            Task.operator(
                "list",
                Operator.of(GOOGLE + "operators.gcs.GCSListObjectsOperator")
                    .with("bucket", bucket)
                    .with("prefix", "dags/airflow")),
            Task.job(
                "create", dataset.createTable("CREATE OR REPLACE TABLE listing (found STRING, nasty STRING)")),
            Task.operator(
                    "write",
                    Operator.of(GOOGLE + "operators.bigquery.BigQueryInsertJobOperator")
                        .with("project_id", dataset.project())
                        .with(
                            "configuration",
                            Map.of(
                                "query",
                                Map.of(
                                    "query",
                                    "INSERT INTO `" + dataset + ".listing` VALUES (@found, @nasty)",
                                    "useLegacySql",
                                    false,
                                    "queryParameters",
                                    List.of(
                                        text("found", Template.xcom("list")),
                                        text("nasty", Template.text(NASTY))))))
                        .with("deferrable", true))
                .after("list"))
        .tasks(
            // Not there when it looks first, so that it is left to the triggerer.
            Task.job("wait_for_loaded", dataset.waitForTable("loaded").every(Duration.ofSeconds(2))),
            Task.job("create_loaded", dataset.createTable("CREATE TABLE IF NOT EXISTS loaded (name STRING)"))
                .after("create"),
            // Which is started with the same logical date.
            Task.operator("wait_for_dag", AirflowOperators.waitForDag(Template.dagId("internationalports"))),
            Task.operator(
                "wait_for_task",
                AirflowOperators.waitForTasks(Template.dagId("internationalports"), "select_polish_ports")),
            Task.job(
                    "load",
                    dataset.load("loaded", FormatOptions.json(), "gs://" + bucket + "/loaded.json").truncate())
                .after("wait_for_loaded", "create_loaded", "wait_for_dag", "wait_for_task"))
        .runTimeout(Duration.ofMinutes(30))
        .build();
  }

  private static Map<String, Object> text(String name, Template value) {
    return Map.of(
        "name", name, "parameterType", Map.of("type", "STRING"), "parameterValue", Map.of("value", value));
  }
}
END
cat >"$PROJECT/src/main/java/com/example/EveryOperatorWorkflow.java" <<'END'
package com.example;

import io.bigflow.operators.AirflowOperators;
import io.bigflow.operators.BigQueryOperators;
import io.bigflow.operators.DataprocOperators;
import io.bigflow.operators.GcsOperators;
import io.bigflow.operators.PubSubOperators;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TriggerRule;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.util.List;
import java.util.Map;

/** One of each that bigflow-runtime has a line for, but those of Dataflow, whose provider is not here. */
public final class EveryOperatorWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    Template day = Template.runtime("%Y-%m-%d");
    Map<String, Object> nothing = Map.of();
    return Workflow.builder("every_operator")
        .schedule(Schedule.manual())
        .tasks(
            Task.operator("branch", AirflowOperators.branch("'circuit' if run_id else 'empty'")),
            Task.operator("circuit", AirflowOperators.shortCircuit("run_id")).after("branch"),
            Task.operator("empty", AirflowOperators.empty())
                .after("branch", "circuit")
                .triggerRule(TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
                .pool("default_pool", 2)
                .priority(3),
            Task.operator("object", GcsOperators.waitForObject("b", day)).group("storage"),
            Task.operator("prefix", GcsOperators.waitForPrefix("b", day)).group("storage"),
            Task.operator("names", GcsOperators.list("b", day)).group("storage"),
            Task.operator("copy", GcsOperators.copy("b", "a/", "c", day)).group("storage"),
            Task.operator("move", GcsOperators.move("b", "a/", "c", day)).group("storage"),
            Task.operator("delete", GcsOperators.delete("b", day)).group("storage"),
            Task.operator("rows", GcsOperators.toBigQuery("b", List.of(day), "p.d.t")),
            Task.operator("job", BigQueryOperators.job("p", Map.of("query", Map.of("query", "SELECT 1")))),
            Task.operator("check", BigQueryOperators.check("SELECT COUNT(*) > 0 FROM d.t")),
            Task.operator("table", BigQueryOperators.waitForTable("p", "d", "t")),
            Task.operator("files", BigQueryOperators.toGcs("p.d.t", "gs://b/*.csv")),
            Task.operator("cluster", DataprocOperators.createCluster("p", "r", "c", Map.of("config_bucket", "b"))),
            Task.operator("no_cluster", DataprocOperators.deleteCluster("p", "r", "c")),
            Task.operator("spark", DataprocOperators.submitJob("p", "r", Map.of("placement", Map.of("cluster_name", "c")))),
            Task.operator("batch", DataprocOperators.createBatch("p", "r", day, nothing)),
            Task.operator("template", DataprocOperators.instantiateTemplate("p", "r", day, nothing)),
            Task.operator("publish", PubSubOperators.publish("p", "t", List.of(Map.of("day", day)))),
            Task.operator("messages", PubSubOperators.waitForMessages("p", "s")),
            Task.operator("dag", AirflowOperators.waitForDag(Template.dagId("listing"))),
            Task.operator("tasks", AirflowOperators.waitForTasks("another__prod", "a", "b")))
        .build();
  }
}
END
listed() { # the rows that operators have written from the results of others, and loaded
  python3 - "$BIGQUERY_ENDPOINT/bigquery/v2/projects/bigflow-ci/queries" "$DATASET" <<'END'
import json, sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def rows(query):
    body = {"query": query, "useLegacySql": False}
    request = urllib.request.Request(sys.argv[1], json.dumps(body).encode(), {"Content-Type": "application/json"})
    return [[f["v"] for f in row["f"]] for row in json.load(opener.open(request, timeout=60)).get("rows", [])]
found = rows(f"SELECT found, nasty FROM `{sys.argv[2]}.listing`")
loaded = rows(f"SELECT name FROM `{sys.argv[2]}.loaded` ORDER BY name")
print(found, loaded)
sys.exit(
    found != [["['dags/airflow_monitoring.py']", 'it\'s {{ 7 * 7 }} {% raw %} """ \\ .sql']]
    or loaded != [["Ada"], ["Grace"]]
)
END
}
curl --silent --fail --noproxy '*' --output /dev/null --request POST \
  --header 'Content-Type: application/json' --data $'{"name": "Ada"}\n{"name": "Grace"}\n' \
  "$GCS_ENDPOINT/upload/storage/v1/b/$BUCKET/o?uploadType=media&name=loaded.json"
operators_built() {
  maven "$PROJECT" package -Pprod -DskipTests -Dbigflow.env=operators -Dbigflow.image.base=jdk \
    -Dbigflow.image.repository="$REPOSITORY" -Dbigflow.outputDirectory=target/operators "${LAUNCHER[@]}"
}
check "one setting turns the jobs into operators" operators_built
OPERATORS=$(find "$PROJECT/target/operators/dags" -name internationalports.py)
LISTING=$(find "$PROJECT/target/operators/dags" -name listing.py)
check "no pod is left of them" test "$(grep -c 'BigQueryInsertJobOperator(' "$OPERATORS"; grep -c Pod "$OPERATORS")" = $'4\n0'
check "ruff finds nothing in them" check_dag_style "$PROJECT/target/operators/dags"
# Elsewhere than the DAGs of the journey, which stay as they are.
create_bucket bigflow-ci-operators
operators_deployed() { # with the templates of pipelines in a bucket of their own
  deploy operators -DskipTests -Dbigflow.outputDirectory=target/operators "${LAUNCHER[@]}" \
    -Dbigflow.dagsBucket=gs://bigflow-ci-operators >"$CI_WORK/operators.log" &&
    python3 - "$GCS_ENDPOINT/storage/v1/b" "$PROJECT/target/operators/dags.json" <<'END'
import json, sys, urllib.parse, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
get = lambda path: opener.open(f"{sys.argv[1]}/{path}", timeout=60).read()
bucket = "bigflow-ci-dataflow"
names = [item["name"] for item in json.loads(get(f"{bucket}/o"))["items"]]
content = lambda name: get(f"{bucket}/o/{urllib.parse.quote(name, safe='')}?alt=media")
built = json.load(open(sys.argv[2]))
uploads = {dag["workflow"]: {upload["path"] for upload in dag.get("uploads", [])} for dag in built["dags"]}
flex = {name for name in names if f"gs://{bucket}/{name}" in uploads["reporting"]}
graph, template = sorted(set(names) - flex)
made = json.loads(content(template))
options = made["environment"]["sdkPipelineOptions"]["options"]
dag = next(dag for dag in built["dags"] if dag["workflow"] == "counting")
print(names)
sys.exit(
    [name.rsplit("/", 1)[1] for name in flex] != ["template"]
    or template.rsplit("/", 1)[0] != graph.rsplit("/", 1)[0]
    or [f"gs://{bucket}/{name}" for name in (graph, template)] != [upload["path"] for upload in dag["uploads"]]
    or options["pipelineUrl"] != f"gs://{bucket}/{graph}"
    or options["sdkContainerImage"] != built["image"]
    or options.get("impersonateServiceAccount") is not None
    or options["filesToStage"] != []
    or not made["labels"]["bigflow-version"]
    or made["environment"]["serviceAccountEmail"] != "workers@bigflow-ci.iam.gserviceaccount.com"
    or made["name"] != "counting-count-words-opera"
    or b"Count" not in content(graph)
)
END
}
check "a deployment brings the templates of pipelines to the bucket of Dataflow" operators_deployed
catalog_is_true() { # for the providers of two lines of Airflow, at once
  local line pid pids=()
  for line in 2.10 3; do
    AIRFLOW_HOME=$CI_WORK/catalog-$line "$(airflow_python "$line")" .ci/airflow/check_catalog.py \
      bigflow-maven-plugin/src/main/resources/io/bigflow/provider/catalog.json 2>/dev/null &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || return 1
  done
}
check "the catalog of operators is true for the providers of Airflow 2.10 and 3" catalog_is_true
# The checker has no results of other tasks to fill in.
cp -R "$PROJECT/target/operators/dags" "$CI_WORK/operators"
find "$CI_WORK/operators" -name listing.py -delete
operators_rendered() { # operators_rendered LINE: by Airflow's templates, for all kinds of runs
  "$(airflow_python "$1")" .ci/airflow/check_dags.py --dags "$CI_WORK/operators" \
    --expect 10 --rendered "$CI_WORK/operators-$1"
}
for line in 2.10 2 3.1 3; do
  check "Airflow $line imports and renders operators" operators_rendered "$line"
done
check_launches "$CI_WORK/operators-3"
DATASET=bigflow-ci.internationalports_operators
labelled() { # the emulator has the queries as they were sent
  python3 - "$BIGQUERY_ENDPOINT/bigquery/v2/projects/bigflow-ci/jobs" <<'END'
import json, sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
get = lambda url: json.load(opener.open(url, timeout=60))
ids = [job["jobReference"]["jobId"] for job in get(sys.argv[1] + "?maxResults=1000").get("jobs", [])]
ours = [name for name in ids if name.startswith("bigflow_internationalports_select_polish_ports_")]
labels = [get(f"{sys.argv[1]}/{name}")["configuration"].get("labels", {}) for name in ours]
wanted = {"bigflow-workflow": "internationalports", "bigflow-job": "select_polish_ports", "bigflow-env": "operators"}
sys.exit(not any(wanted.items() <= found.items() for found in labels))
END
}
waited() { # waited LINE: the triggerer looked for the table, and no worker
  grep --quiet --recursive 'wait_for_loaded.* completed\|trigger completed.*wait_for_loaded' \
    "$CI_WORK/airflow-$1-triggerer.log" "$CI_WORK/airflow-$1/logs"
}
for line in 2 3; do
  bigquery POST datasets "{\"datasetReference\": {\"projectId\": \"bigflow-ci\", \"datasetId\": \"${DATASET#*.}\"}}"
  check "Airflow $line runs the operators" "$(airflow_python "$line")" .ci/airflow/run_dag.py \
    "$CI_WORK/airflow-$line/server.properties" "$OPERATORS" "$LISTING" --runs 1
  check "they made the four and the two ports" has_ports
  check "the rows are what the tasks found and loaded" listed
  check "their queries have the labels of workflow, job and environment" labelled
  check "the triggerer waited for the table" waited "$line"
  delete_dataset
done

printf '\n== pods of Airflow, and a run from an HTTP POST to rows in BigQuery\n'
for line in 2 3; do
  check_pods "$line"
  check_speeds "$line"
done

printf '\n== the stand-ins, and the tests on real servers\n'
check "the stand-in for Kubernetes does what Airflow relies on" .ci/servers/test_kubernetes.sh
check "the stand-in for Dataproc does what Airflow relies on" .ci/servers/test_dataproc.sh
check "the BigQuery emulator answers as BigQuery does" \
  .ci/servers/check_bigquery.py "$BIGQUERY_ENDPOINT" "$GCS_ENDPOINT"
VAULT_SERVER=
if [[ -x $BIGFLOW_CI_CACHE/bin/vault ]]; then
  start_vault
  VAULT_SERVER=$CI_WORK/vault/server.properties
else
  echo "NOT TESTED on Vault, which is not installed: BIGFLOW_CI_VAULT=yes .ci/servers/install.sh"
fi
start_workers
check "the bucket on fake-gcs-server; BigQuery, also with 10 million rows; the API of Airflow 2 and 3; logins to Vault; the image as worker of Beam, and what Beam stages; literals written" \
  env BIGFLOW_TEST_GCS="$GCS_ENDPOINT" \
  BIGFLOW_TEST_AIRFLOW_2="$CI_WORK/airflow-2/server.properties" \
  BIGFLOW_TEST_AIRFLOW_3="$CI_WORK/airflow-3/server.properties" \
  BIGFLOW_TEST_BIGQUERY="$BIGFLOW_CI_CACHE/bin/bigquery-emulator" \
  BIGFLOW_TEST_VAULT="$VAULT_SERVER" BIGFLOW_TEST_LARGE=yes \
  mvn --quiet --batch-mode --no-transfer-progress -pl bigflow-runtime,bigflow-maven-plugin test \
  -Dtest='GcsDagBucketOnServerTest,BigQuery*OnServerTest,LargeCollectTest,Airflow?OnServerTest,VaultOnServerTest,WorkerOnServerTest,StagingOnServerTest,PythonLiteralTest,JinjaTextTest' \
  -Dsurefire.failIfNoSpecifiedTests=false -Dbigflow.literalCorpus="$CI_WORK/literals" \
  -Dbigflow.templateCorpus="$CI_WORK/templates.json"
for line in 2 3; do
  check "the tests on Airflow $line ran, none was skipped" grep --quiet --extended-regexp \
    'Tests run: [1-9][0-9]*, Failures: 0, Errors: 0, Skipped: 0' \
    "bigflow-maven-plugin/target/surefire-reports/io.bigflow.airflow.Airflow${line}OnServerTest.txt"
done
check_workers
for report in bigflow-runtime/target/surefire-reports/io.bigflow.{bigquery.BigQuery*,beam.Worker,beam.Staging}OnServerTest.txt; do
  check "the tests of $(basename "$report" .txt) ran, none was skipped" grep --quiet --extended-regexp \
    'Tests run: [1-9][0-9]*, Failures: 0, Errors: 0, Skipped: 0' "$report"
done
[[ -z $VAULT_SERVER ]] || check "the tests on Vault ran, none was skipped" grep --quiet --extended-regexp \
  'Tests run: [1-9][0-9]*, Failures: 0, Errors: 0, Skipped: 0' \
  bigflow-maven-plugin/target/surefire-reports/io.bigflow.credentials.vault.VaultOnServerTest.txt
check "Python reads the literals back" python3 .ci/dags/check-literals.py "$CI_WORK/literals"
for line in 2 3; do
  check "Airflow $line renders each text to itself" env AIRFLOW_HOME="$CI_WORK/templates-$line" \
    "$(airflow_python "$line")" .ci/dags/check-templates.py "$CI_WORK/templates.json"
done
check "ruff leaves the literals as they are" check_dag_style "$CI_WORK/literals"

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
