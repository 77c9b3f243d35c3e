#!/usr/bin/env bash
# Proves that check_dags.py sees what it is there to see: the good DAGs of testdata pass
# on every installed Airflow line and mean the same there, and each broken one is
# reported for its own reason.
#
#   .ci/airflow/test_check_dags.sh     (lines: BIGFLOW_CI_AIRFLOW, as for install.sh)
#
# The last line printed is "N passed, M failed".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../servers/lib.sh
source "$here/../servers/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  printf 'FAILED %s\n' "$@"
}

# expect WHAT PATTERN: the output of the last check has a line that matches.
expect() {
  if grep -qE -- "$2" "$work/out"; then pass; else fail "[$line] $1: no line matches: $2"; fi
}

# reject WHAT PATTERN: and none that matches.
reject() {
  if grep -qE -- "$2" "$work/out"; then fail "[$line] $1: a line matches: $2"; else pass; fi
}

# check_exit WHAT EXPECTED ARGS...: runs check_dags.py, keeps its output.
check_exit() {
  local what=$1 expected=$2 code=0
  shift 2
  "$(airflow_python "$line")" "$here/check_dags.py" "$@" >"$work/out" 2>&1 || code=$?
  if [[ $code -eq $expected ]]; then pass; else
    fail "[$line] $what: exit code $code, expected $expected"
    tail -n 20 "$work/out"
  fi
}

cp -r "$here/testdata/good" "$here/testdata/bad" "$here/testdata/env" "$work/"

read -ra lines <<<"${BIGFLOW_CI_AIRFLOW:-2 3 2.10 3.1}"
for line in "${lines[@]}"; do
  check_exit 'good DAGs' 0 --dags "$work/good" \
    --expect hello__dev,on_demand__dev,graph__dev,trigger__dev \
    --intervals "$work/intervals-$line" --rendered "$work/rendered-$line"
  expect 'good DAGs' '^[1-9][0-9]* passed, 0 failed$'
  reject 'good DAGs' '^FAILED'
  if cmp -s "$work/intervals-${lines[0]}" "$work/intervals-$line"; then pass; else
    fail "[$line] the good DAGs have other data intervals than on Airflow line ${lines[0]}"
    diff "$work/intervals-${lines[0]}" "$work/intervals-$line" || true
  fi
  if [[ -n $(find "$work/good" -name '__pycache__' -o -name '*.pyc') ]]; then
    fail "[$line] the check left compiled files among the DAGs"
  else pass; fi

  check_exit 'broken DAGs' 1 --dags "$work/bad" --expect 4 --intervals "$work/bad-$line"
  expect 'broken DAGs' '^[1-9][0-9]* passed, [1-9][0-9]* failed$'
  expect 'count' 'DAG\(s\) found, expected 4'
  expect 'syntax error' '^FAILED .* syntax_error\.py: does not import'
  expect 'cycle' '^FAILED .* cycle\.py: does not import'
  expect 'duplicate id' '^FAILED .* duplicate_(one|two)\.py: does not import'
  expect 'argument that is gone' '^FAILED .* old_argument\.py: does not import'
  expect 'invalid escape' '^FAILED .* invalid_escape\.py: compiling: 1 warning'
  expect 'file without a DAG' '^FAILED .* no_dag\.py: the DAG processor finds no DAG'
  expect 'changes per parse' '^FAILED .* unstable: two parses of the same file'
  expect 'unrendered' '^FAILED .* unrendered\.job, manual run: template left unrendered'
  expect 'unknown name' "^FAILED .* undefined_name\.job, .*'no_such_name' is undefined"
  expect 'runtime format' '^FAILED .* runtime_format\.job, .* not an ISO-8601 UTC timestamp'
  expect 'runtime value' '^FAILED .* runtime_value\.job, scheduled run: --runtime is .* expected'
  expect 'run id' "^FAILED .* run_id_constant\.job, manual run: --run-id is 'run', expected"
  expect 'conf' '^FAILED .* conf_not_json\.job, manual-nasty-conf run: --conf is not JSON'
  expect 'no runtime' '^FAILED .* no_arguments\.job, .* no --runtime among'
  expect 'no conf' '^FAILED .* no_arguments\.job, .* no --conf among'
  reject 'the rest of the checks ran' 'unexpected error'
  reject 'only the cron string' '^FAILED .* cron_string'
  case $line in
    2*)
      expect 'old schedule name' '^FAILED .* schedule_interval\.py: importing: 1 warning'
      expect 'deprecated import' '^FAILED .* deprecated_import\.py: importing: [12] warning'
      expect 'deprecated name' '^FAILED .* deprecated_context\.job, .* rendering: 1 warning'
      ;;
    *)
      expect 'old schedule name' '^FAILED .* schedule_interval\.py: does not import'
      expect 'deprecated import' '^FAILED .* deprecated_import\.py: does not import'
      expect 'deprecated path' '^FAILED .* deprecated_path\.py: importing: 1 warning'
      expect 'removed name' "^FAILED .* deprecated_context\.job, .*'execution_date' is undefined"
      expect 'ds without a logical date' "^FAILED .* uses_ds\.job, manual-no-date run: .*'ds' is undefined"
      expect 'variable that is missing, read by get' \
        '^FAILED .* variable_get\.job, manual run: --env is .*, not the name of an environment'
      expect 'variable' '^FAILED .* variable\.job, manual run: asked the supervisor'
      [[ $line == 3.[01] ]] ||
        expect 'changes per parse, said by the processor' '^FAILED .* unstable\.py: stability check'
      ;;
  esac

  check_exit 'environment from a variable' 0 --dags "$work/env" --expect env_variable \
    --variable bigflow_env=prod --rendered "$work/env-$line"
  expect 'environment from a variable' '^[1-9][0-9]* passed, 0 failed$'
  if [[ $(grep -c '"--env", "prod"' "$work/env-$line") -eq $(wc -l <"$work/env-$line") ]]; then
    pass
  else fail "[$line] a task has another environment than the variable says"; fi
  check_exit 'a variable that is missing' 1 --dags "$work/env" --expect env_variable
  expect 'a variable that is missing' \
    '^FAILED .* env_variable\.job, manual run: rendering failed: .*bigflow_env'

  check_exit 'wrong usage' 2 --dags "$work/none" --expect 1
  expect 'wrong usage' 'no such folder'
done

# A cron string is the classic: it imports, renders, and means another day on each line.
if [[ -f $work/bad-2 && -f $work/bad-3 ]]; then
  line='2 and 3'
  if diff <(grep cron_string "$work/bad-2") <(grep cron_string "$work/bad-3") >/dev/null; then
    fail 'the intervals do not show that a cron string differs between Airflow 2 and 3'
  else pass; fi
fi

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
