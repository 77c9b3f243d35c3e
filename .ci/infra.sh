#!/usr/bin/env bash
# Checks the Terraform files of a generated project, and that this check finds what is wrong with such files.
# Terraform itself reads them, with what Google's provider says of its arguments; nobody asks Google.
#
#   .ci/infra.sh PROJECT
#
# Needs what .ci/servers/install.sh installs. Takes some seconds; the last line is "N passed, M failed".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=servers/lib.sh
source "$here/servers/lib.sh"

[[ $# -eq 1 && -d $1/infra ]] || die "Usage: .ci/infra.sh PROJECT, a folder with the folder infra."
project=$(cd "$1" && pwd)
infra_check=$BIGFLOW_CI_CACHE/bin/infra-check
schema=$BIGFLOW_CI_CACHE/infra-schema.json
[[ -x $infra_check && -f $schema ]] || die "infra-check is not installed. Run: .ci/servers/install.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME COMMAND...: one fact.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s: %s\n' "$name" "$*"
  fi
}

is_right() {
  "$infra_check" "$schema" "$project/infra" >"$work/made" || {
    tail -n 40 "$work/made"
    return 1
  }
}

# makes ADDRESS COUNT: in each environment.
makes() {
  local values
  for values in dev prod; do
    [[ $(grep --count --fixed-strings "$values.tfvars: $1" "$work/made") -eq $2 ]] || return 1
  done
}

shopt -s nullglob
tables=("$project"/src/main/resources/portevents/tables/*.json)

# Whoever owns, edits or administers something may do more with it than any job needs. A cluster is only
# made by an editor of Dataproc.
few_rights() {
  ! grep --extended-regexp '"roles/[A-Za-z.]*([oO]wner|[eE]ditor|[aA]dmin)"' "$project"/infra/*.tf |
    grep --invert-match --extended-regexp '"roles/(bigquery\.dataEditor|dataproc\.editor)"'
}

check "the files of $project/infra" is_right
check "a Composer environment" makes 'google_composer_environment.bigflow[0]' 1
check "a table for each of ${#tables[@]} files" makes 'google_bigquery_table.portevents[' "${#tables[@]}"
check "few rights" few_rights

# copy FOLDER: what Terraform reads of the project.
copy() {
  rm -rf "$1"
  mkdir -p "$1/src/main/resources/portevents"
  cp -R "$project/infra" "$1/infra"
  [[ ${#tables[@]} -eq 0 ]] || cp -R "$project/src/main/resources/portevents/tables" "$1/src/main/resources/portevents/"
}

# Only then is it the change that is found in the next ones.
is_right_again() {
  copy "$work/copy"
  "$infra_check" "$schema" "$work/copy/infra" | cmp - "$work/made"
}
check "a copy gives the same" is_right_again

# finds WHAT FILE SED PATTERN: files with this change are refused, and a line of the output matches.
finds() {
  check "finds $1" refused "$2" "$3" "$4"
}

refused() {
  local code=0
  copy "$work/broken"
  sed -i "$2" "$work/broken/infra/$1"
  "$infra_check" "$schema" "$work/broken/infra" >"$work/out" 2>&1 || code=$?
  if [[ $code -ne 1 ]] || ! grep --quiet --extended-regexp -- "$3" "$work/out"; then
    printf 'exit code %d and\n' "$code"
    tail -n 10 "$work/out"
    return 1
  fi
}

finds "a file that is not formatted" network.tf 's/^  region  *=/  region =/' '^network.tf: not formatted'
finds "values that are not formatted" dev.tfvars 's/^project  *=/project =/' '^dev.tfvars: not formatted'
finds "a broken file" network.tf '$ d' '^network.tf:[0-9]+: Unclosed'
finds "a variable that nobody declared" network.tf 's/var\.region/var.nobody/' \
  '^network.tf:[0-9]+: Reference to undeclared input variable'
finds "a resource that nobody declared" network.tf 's/= google_compute_network\.bigflow/= google_compute_network.nobody/' \
  '^network.tf:[0-9]+: Reference to undeclared resource'
finds "a kind of resource that the provider does not have" network.tf 's/^resource "google_compute_network"/resource "google_compute_nobody"/' \
  '^network.tf:[0-9]+: Invalid resource type'
finds "an argument that the provider does not have" network.tf 's/private_ip_google_access/private_ip_nobody_access/' \
  '^network.tf:[0-9]+: Unsupported argument'
finds "a block that the provider does not have" storage.tf 's/soft_delete_policy {/hard_delete_policy {/' \
  '^storage.tf:[0-9]+: Unsupported block type'
finds "an argument that is missing" pubsub.tf '/^  topic = each/ d' '^pubsub.tf:[0-9]+: Missing required argument'
finds "a property that a resource does not have" outputs.tf 's/self_link/nobody/' '^outputs.tf:[0-9]+: Unsupported attribute'
finds "a value of the wrong type" pubsub.tf 's/ack_deadline_seconds = 60/ack_deadline_seconds = "soon"/' \
  '^pubsub.tf:[0-9]+: Incorrect attribute value type'
finds "another version of the provider" versions.tf 's/~> 8/~> 7/' 'which required_providers does not ask for'
finds "a value for no variable" dev.tfvars 's/^protect_data =/protect_nobody =/' "there is no variable 'protect_nobody'"
finds "a variable without a value" dev.tfvars '/^project / d' "no value for the variable 'project'"
finds "a value that is not allowed" dev.tfvars 's/^\(region .*\)"$/\1-b"/' '^variables.tf:[0-9]+: Invalid value for variable'

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
