# shellcheck shell=bash
# The BigQuery sample, and workflows without pods, by the operators of Airflow; and pipelines that are started from
# templates. The workflows and their configuration are in operators/.
#
#   add_operators           after 'deploy': they are built, and deployed to a bucket of their own, with templates
#   check_operators LINE    after start_airflow LINE
#
# Uses check, deploy, maven, bigquery, has_ports, add_flex_template, PROJECT, REPOSITORY, BUCKET and CI_WORK of the
# journey, and lib.sh.

OPERATORS_DATASET=bigflow-ci.internationalports_operators

operators_built() {
  maven "$PROJECT" package -Pprod -DskipTests -Dbigflow.env=operators -Dbigflow.image.base=jdk \
    -Dbigflow.image.repository="$REPOSITORY" -Dbigflow.outputDirectory=target/operators "${LAUNCHER[@]}"
}

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

add_operators() {
  cp .ci/journey/operators/application-operators.properties "$PROJECT/src/main/resources/"
  cp .ci/journey/operators/*.java "$PROJECT/src/main/java/com/example/"
  # A pipeline that is started from a template.
  sed 's/^package .*/package com.example;/' \
    it/src/test/projects/templates/src/main/java/com/example/templates/CountingWorkflow.java \
    >"$PROJECT/src/main/java/com/example/CountingWorkflow.java"
  create_bucket bigflow-ci-dataflow
  add_flex_template
  curl --silent --fail --noproxy '*' --output /dev/null --request POST \
    --header 'Content-Type: application/json' --data $'{"name": "Ada"}\n{"name": "Grace"}\n' \
    "$GCS_ENDPOINT/upload/storage/v1/b/$BUCKET/o?uploadType=media&name=loaded.json"
  check "one setting turns the jobs into operators" operators_built
  OPERATORS=$(find "$PROJECT/target/operators/dags" -name internationalports.py)
  LISTING=$(find "$PROJECT/target/operators/dags" -name listing.py)
  check "no pod is left of them" test "$(grep -c 'BigQueryInsertJobOperator(' "$OPERATORS"; grep -c Pod "$OPERATORS")" = $'4\n0'
  check "ruff finds nothing in them" check_dag_style "$PROJECT/target/operators/dags"
  # Elsewhere than the DAGs of the journey, which stay as they are.
  create_bucket bigflow-ci-operators
  check "a deployment brings the templates of pipelines to the bucket of Dataflow" operators_deployed
}

check_operators() {
  local line=$1 DATASET=$OPERATORS_DATASET
  bigquery POST datasets "{\"datasetReference\": {\"projectId\": \"bigflow-ci\", \"datasetId\": \"${DATASET#*.}\"}}"
  check "Airflow $line runs the operators" "$(airflow_python "$line")" .ci/airflow/run_dag.py \
    "$CI_WORK/airflow-$line/server.properties" "$OPERATORS" "$LISTING" --runs 1
  check "they made the four and the two ports" has_ports
  check "the rows are what the tasks found and loaded" listed
  check "their queries have the labels of workflow, job and environment" labelled
  check "the triggerer waited for the table" waited "$line"
  delete_dataset
}
