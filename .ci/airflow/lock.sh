#!/usr/bin/env bash
# Resolves the Airflow environments anew and rewrites requirements-*.txt.
#
#   .ci/airflow/lock.sh [LINE...]      LINE is 2, 3, 2.10 or 3.1; default: all
#
# Airflow's published constraints files are not used: they lie where not every
# machine that runs this can reach them. Run install.sh and both check scripts
# after this, and commit the result only when they pass. Raise versions here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../servers/lib.sh
source "$here/../servers/lib.sh"

# The newest of each major line, and the two older lines that Cloud Composer still
# runs, with the oldest provider it runs them with.
inputs() {
  case $1 in
    2) echo 'apache-airflow==2.11.2 apache-airflow-providers-cncf-kubernetes==10.25.0' ;;
    3) echo 'apache-airflow==3.3.2 apache-airflow-providers-cncf-kubernetes==10.25.0' ;;
    2.10) echo 'apache-airflow==2.10.5 apache-airflow-providers-cncf-kubernetes==10.5.0' ;;
    3.1) echo 'apache-airflow==3.1.8 apache-airflow-providers-cncf-kubernetes==10.11.1' ;;
    *) die "lock.sh: unknown Airflow line '$1', expected 2, 3, 2.10 or 3.1" ;;
  esac
}

# Dataflow's operators import the hooks of this provider, but not Beam for Python, which nothing runs
# here and which would bring as much as Airflow itself. So it is not resolved with the others.
beam() {
  case $1 in
    2.10) echo 'apache-airflow-providers-apache-beam==6.1.0' ;;
    *) echo 'apache-airflow-providers-apache-beam==6.3.1' ;;
  esac
}

ensure_tools
lines=("$@")
[[ ${#lines[@]} -gt 0 ]] || lines=(2 3 2.10 3.1)
for line in "${lines[@]}"; do
  target=$here/requirements-$line.txt
  read -ra pins <<<"$(inputs "$line")"
  printf '%s\n' "${pins[@]}" apache-airflow-providers-google |
    "$BIGFLOW_CI_CACHE/tools/bin/uv" pip compile --quiet --python-version "$AIRFLOW_PYTHON" \
      --upgrade --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
      --output-file "$target.new" -
  {
    echo "# Written by .ci/airflow/lock.sh for Python $AIRFLOW_PYTHON; do not edit."
    cat "$target.new"
    beam "$line"
  } >"$target"
  rm "$target.new"
  grep -E '^apache-airflow(-providers-(cncf-kubernetes|google))?==' "$target" |
    sed "s/^/line $line: /"
done
