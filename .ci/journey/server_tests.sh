# shellcheck shell=bash
# The stand-ins' own tests, and the tests of the modules that need a real server or a real Python.
#
#   check_stand_ins       after start_bigquery
#   check_on_servers      after start_airflow
#
# Uses check, start_workers, check_workers and CI_WORK of the journey, and lib.sh.

check_stand_ins() {
  check "servers start, and end whatever they do about it" .ci/servers/test_servers.sh
  check "the stand-in for Kubernetes does what Airflow relies on" .ci/servers/test_kubernetes.sh
  check "the stand-in for Dataproc does what Airflow relies on" .ci/servers/test_dataproc.sh
  check "the BigQuery emulator answers as BigQuery does" \
    .ci/servers/check_bigquery.py "$BIGQUERY_ENDPOINT" "$GCS_ENDPOINT"
}

check_on_servers() {
  local line report vault=
  if [[ -x $BIGFLOW_CI_CACHE/bin/vault ]]; then
    start_vault
    vault=$CI_WORK/vault/server.properties
  else
    echo "NOT TESTED on Vault, which is not installed: BIGFLOW_CI_VAULT=yes .ci/servers/install.sh"
  fi
  start_workers
  # Without the arguments that keep Java from optimizing, because of those millions of rows.
  check "the bucket on fake-gcs-server; BigQuery, also with 10 million rows; the API of Airflow 2 and 3; logins to Vault; the image as worker of Beam, and what Beam stages; literals written" \
    env BIGFLOW_TEST_GCS="$GCS_ENDPOINT" \
    BIGFLOW_TEST_AIRFLOW_2="$CI_WORK/airflow-2/server.properties" \
    BIGFLOW_TEST_AIRFLOW_3="$CI_WORK/airflow-3/server.properties" \
    BIGFLOW_TEST_BIGQUERY="$BIGFLOW_CI_CACHE/bin/bigquery-emulator" \
    BIGFLOW_TEST_VAULT="$vault" BIGFLOW_TEST_LARGE=yes \
    mvn --quiet --batch-mode --no-transfer-progress -pl bigflow-runtime,bigflow-maven-plugin test -DargLine= -DforkCount=2 \
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
  [[ -z $vault ]] || check "the tests on Vault ran, none was skipped" grep --quiet --extended-regexp \
    'Tests run: [1-9][0-9]*, Failures: 0, Errors: 0, Skipped: 0' \
    bigflow-maven-plugin/target/surefire-reports/io.bigflow.credentials.vault.VaultOnServerTest.txt
  check "Python reads the literals back" python3 .ci/dags/check-literals.py "$CI_WORK/literals"
  for line in 2 3; do
    check "Airflow $line renders each text to itself" env AIRFLOW_HOME="$CI_WORK/templates-$line" \
      "$(airflow_python "$line")" .ci/dags/check-templates.py "$CI_WORK/templates.json"
  done
  check "ruff leaves the literals as they are" check_dag_style "$CI_WORK/literals"
}
