# shellcheck shell=bash
# The sample average_speed, from an HTTP POST to rows in BigQuery: operators of Airflow make a cluster at
# the stand-in for Dataproc, which runs the project's jar with Spark; pods run the deployed image; the
# other operators work on the fake of Cloud Storage. The DAG file is that of the bucket, unchanged.
#
#   start_speeds         after start_fake_gcs, before start_airflow
#   check_speeds LINE    after start_airflow LINE and deploy_pods
#
# Uses check, fails_saying, maven, pods_dag, bigquery, PROJECT, BUCKET and CI_WORK of the journey.

SPEEDS_PROCESSED=processed-trips

start_speeds() {
  create_bucket "$SPEEDS_PROCESSED"
  # Spark as a cluster has it, of the version that the project is compiled against.
  write_spark_pom "$(sed -n 's:.*<spark.version>\(.*\)</spark.version>.*:\1:p' "$PROJECT/pom.xml")" "$CI_WORK/spark"
  export SPARK_CLASSPATH_FILE=$CI_WORK/spark/classpath
  mvn --quiet --batch-mode --no-transfer-progress -f "$CI_WORK/spark" \
    org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
    -DincludeScope=runtime -Dmdep.outputFile="$SPARK_CLASSPATH_FILE"
  start_dataproc
}

# The configuration of the environment in which the pods work.
speeds_configuration() {
  printf 'averagespeed.dataset=averagespeed_pods\naveragespeed.bucket=%s\naveragespeed.processedBucket=%s\n' \
    "$BUCKET" "$SPEEDS_PROCESSED"
}

# speeds_settings LINE: what a user's settings.xml has to log in to that Airflow.
speeds_settings() {
  local home=$CI_WORK/airflow-$1
  (
    umask 077
    python3 - "$ROOT/it/target/it/settings.xml" "$home/server.properties" >"$home/settings.xml" <<'PYTHON'
import sys, urllib.parse
from xml.sax.saxutils import escape
settings = open(sys.argv[1]).read()
server = dict(line.rstrip("\n").split("=", 1) for line in open(sys.argv[2]))
login = "<server><id>%s</id><username>%s</username><password>%s</password></server>" % tuple(
    escape(text) for text in (urllib.parse.urlsplit(server["url"]).netloc, server["user"], server["password"])
)
if "<servers>" in settings:
    settings = settings.replace("<servers>", "<servers>" + login, 1)
else:
    settings = settings.replace("</settings>", "<servers>" + login + "</servers></settings>", 1)
print(settings)
PYTHON
  )
}

# airflow_goal LINE GOAL [OPTION...]: as a user of that Airflow runs it.
airflow_goal() {
  local line=$1 goal=$2 home=$CI_WORK/airflow-$1
  shift 2
  SETTINGS=$home/settings.xml maven "$PROJECT" "bigflow:$goal" -Pprod -Dbigflow.env=pods \
    -Dbigflow.dagsBucket="gs://$BUCKET" -Dbigflow.storage.endpoint="$GCS_ENDPOINT" \
    -Dbigflow.image.repository="$REPOSITORY" -Dbigflow.workflow=average_speed \
    -Dbigflow.airflow.url="$(sed -n 's/^url=//p' "$home/server.properties")" "$@"
}

speeds_trigger() { # speeds_trigger LINE FOLDER
  airflow_goal "$1" trigger -Dbigflow.trigger.wait=true \
    -Dbigflow.conf="{\"raw_path\": \"/raw/$2/\", \"transformed_path\": \"transformed/$2\"}"
}

says() { # says PATTERN COMMAND...: succeeds, and says it
  local pattern=$1
  shift
  "$@" >"$CI_WORK/said.log" 2>&1 && grep --quiet "$pattern" "$CI_WORK/said.log" ||
    { tail -n 40 "$CI_WORK/said.log" && false; }
}

# upload OBJECT: from standard input.
upload() {
  curl --silent --fail --noproxy '*' --output /dev/null --request POST --data-binary @- \
    --header 'Content-Type: application/octet-stream' \
    "$GCS_ENDPOINT/upload/storage/v1/b/$BUCKET/o?uploadType=media&name=$1"
}

# speeds_files BUCKET PREFIX: the objects there, dates as DATE and Spark's own names as PART.
speeds_files() {
  curl --silent --fail --noproxy '*' "$GCS_ENDPOINT/storage/v1/b/$1/o?prefix=$2" |
    python3 -c 'import json, re, sys
for item in json.load(sys.stdin).get("items", []):
    print(re.sub(r"/part-[^/]*", "/PART", re.sub(r"^\d{4}-\d\d-\d\d/", "DATE/", item["name"])))' | sort -u
}

speeds_rows() {
  curl --silent --fail --max-time 60 --noproxy '*' --header 'Content-Type: application/json' \
    --data '{"query": "SELECT trip_id, average_speed FROM `bigflow-ci.averagespeed_pods.trips` ORDER BY trip_id", "useLegacySql": false}' \
    "$BIGQUERY_ENDPOINT/bigquery/v2/projects/bigflow-ci/queries" |
    python3 -c 'import json, sys
print(*("%s=%s" % tuple(f["v"] for f in row["f"]) for row in json.load(sys.stdin).get("rows", [])))'
}

# No cluster is left, and none was made that would stay if Airflow could not delete it.
speeds_clusters() {
  curl --silent --fail --noproxy '*' \
    "$DATAPROC_ENDPOINT/v1/projects/bigflow-ci/regions/europe-west1/clusters" |
    python3 -c 'import json, sys; sys.exit(bool(json.load(sys.stdin).get("clusters")))'
}

# The body of the last request for a cluster, in the words of Dataproc's REST API (projects.regions.clusters).
speeds_request() {
  python3 - "$CI_WORK/dataproc/requests.jsonl" <<'PYTHON'
import json, re, sys
requests = [json.loads(line) for line in open(sys.argv[1])]
body = [r["body"] for r in requests if r["method"] == "POST" and r["path"].endswith("/clusters")][-1]
assert re.fullmatch(r"average-speed-\d{8}-\d{6}-\d{6}", body["clusterName"]), body
assert body["projectId"] == "bigflow-ci", body
assert body["config"] == {
    "gceClusterConfig": {"internalIpOnly": True},
    "masterConfig": {"numInstances": 1, "machineTypeUri": "n2-standard-4"},
    "softwareConfig": {
        "imageVersion": "3.0-debian12",
        "properties": {"dataproc:dataproc.allow.zero.workers": "true"},
    },
    "lifecycleConfig": {"idleDeleteTtl": "1800s", "autoDeleteTtl": "10800s"},
}, body
PYTHON
}

check_failing_speeds() {
  local line=$1
  printf 'this is not gzip' | upload "raw/bad-$line/trips.json.gz"
  check "bigflow:trigger fails when Spark does" fails_saying add_speeds speeds_trigger "$line" "bad-$line"
  check "the raw files are where failed ones are kept" \
    test "$(speeds_files "$BUCKET" "failed/raw/bad-$line/")$(speeds_files "$BUCKET" "raw/bad-$line/")" \
    = "failed/raw/bad-$line/trips.json.gz"
  check "no cluster is left after a failure" speeds_clusters
  check "bigflow:logs shows why" says "Job .*failed" \
    airflow_goal "$line" logs -Dbigflow.task=add_speeds
  check "bigflow:status shows the failed run" says 'average_speed__pods *active *failed' \
    airflow_goal "$line" status
}

check_speeds() {
  local line=$1 day=2026-03-0$1
  speeds_settings "$line"
  cat <<'TRIPS' | upload "raw/$day/trips.json"
{"trip_id": "t1", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:30:00Z", "distance_km": 12.5}
{"trip_id": "t2", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T12:00:00Z", "distance_km": 90}
{"trip_id": "t3", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:00:00Z", "distance_km": 1}
TRIPS
  check "Airflow $line imports average_speed" "$(airflow_python "$line")" .ci/airflow/run_dag.py \
    "$CI_WORK/airflow-$line/server.properties" "$(pods_dag pods average_speed)" --runs 0
  check "bigflow:trigger refuses what does not fit the parameters" fails_saying raw_path \
    airflow_goal "$line" trigger -Dbigflow.conf='{"raw_pth": 7}'
  check "bigflow:trigger runs average_speed on Airflow $line" speeds_trigger "$line" "$day"
  check "the average speeds are in BigQuery" test "$(speeds_rows)" = "t1=25 t2=45"
  check "the raw files are where processed ones are kept, with the date" \
    test "$(speeds_files "$SPEEDS_PROCESSED" "")" = "DATE/raw/$day/trips.json"
  check "what is no trip is kept with its reason" \
    test "$(speeds_files "$BUCKET" "failed/rejected/raw/$day/" | grep -c PART)" = 1
  check "no transformed and no raw file is left" \
    test -z "$(speeds_files "$BUCKET" transformed/)$(speeds_files "$BUCKET" "raw/$day/")"
  check "no cluster is left" speeds_clusters
  check "the cluster was asked for as Dataproc documents it" speeds_request
  # Airflow 2 has one task at a time on SQLite, so the run that fails is left to Airflow 3.
  [[ $line == 2 ]] || check_failing_speeds "$line"
  bigquery DELETE "datasets/averagespeed_pods?deleteContents=true"
  rm -rf "${CI_WORK:?}/gcs/$SPEEDS_PROCESSED"
  mkdir "$CI_WORK/gcs/$SPEEDS_PROCESSED"
}
