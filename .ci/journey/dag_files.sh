# shellcheck shell=bash
# The DAG files as Airflow sees them: those of the bucket, those that take their environment from a variable of
# Airflow, and those with operators; on each line of Airflow that is installed.
#
#   check_dag_files      after add_operators; $1 is a copy of the project without the workflows of the journey
#
# Uses check, maven, check_launches, PROJECT, REPOSITORY and CI_WORK of the journey, and lib.sh.

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

operators_rendered() { # operators_rendered LINE: by Airflow's templates, for all kinds of runs
  "$(airflow_python "$1")" .ci/airflow/check_dags.py --dags "$CI_WORK/operators" \
    --expect 10 --rendered "$CI_WORK/operators-$1"
}

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

check_dag_files() {
  local line expected VARIABLE_PROJECT
  check "ruff finds nothing to check or to format" check_dag_style "$CI_WORK/bucket/dags"
  expected=average_speed__dev,average_speed__prod,hello__dev,hello__prod,internationalports__dev,internationalports__prod,monitoring__dev,monitoring__prod,port_events__dev,port_events__prod,wordcount__dev,wordcount__prod
  for line in 2.10 2 3.1 3; do
    check "Airflow $line imports and renders them" "$(airflow_python "$line")" .ci/airflow/check_dags.py \
      --dags "$CI_WORK/bucket/dags" --expect "$expected" --intervals "$CI_WORK/intervals-$line"
  done
  check "the data intervals are the same on Airflow 2 and 3" \
    cmp "$CI_WORK/intervals-2" "$CI_WORK/intervals-3"
  # Operators work in the environment that they are built for, so this is about a project without.
  VARIABLE_PROJECT=$CI_WORK/my-jobs-of-any-environment
  cp -R "$1" "$VARIABLE_PROJECT"
  rm -r "$VARIABLE_PROJECT/target" "$VARIABLE_PROJECT"/src/{main,test}/java/com/example/averagespeed
  maven "$VARIABLE_PROJECT" package -Pprod -DskipTests -Dbigflow.env=dev -Dbigflow.envVariable=bigflow_env \
    -Dbigflow.image.repository="$REPOSITORY" -Dbigflow.image.base=jdk -Dbigflow.outputDirectory=target/variable
  for line in 2.10 2 3.1 3; do
    check "Airflow $line gives jobs the environment of a variable" variable_rendered "$line"
  done
  for line in 2 3; do
    check "Airflow $line starts no task without that variable" variable_missing "$line"
  done
  check "ruff leaves them as they are too" check_dag_style "$VARIABLE_PROJECT/target/variable/dags"
  check "the catalog of operators is true for the providers of Airflow 2.10 and 3" catalog_is_true
  # The checker has no results of other tasks to fill in.
  cp -R "$PROJECT/target/operators/dags" "$CI_WORK/operators"
  find "$CI_WORK/operators" -name listing.py -delete
  for line in 2.10 2 3.1 3; do
    check "Airflow $line imports and renders operators" operators_rendered "$line"
  done
  check_launches "$CI_WORK/operators-3"
  # Two lines of Airflow tell enough of the checker.
  check "the checker itself catches broken DAG files" env BIGFLOW_CI_AIRFLOW="2 3" .ci/airflow/test_check_dags.sh
}
