#!/usr/bin/env bash
# Installs what the checks against real servers need; what is there already stays.
#
#   .ci/servers/install.sh
#
# Variables:
#   BIGFLOW_CI_CACHE    target folder (default ~/.cache/bigflow-ci)
#   BIGFLOW_CI_AIRFLOW  Airflow lines, of "2 3 2.10 3.1" (default: all four)
#   BIGFLOW_CI_BIGQUERY no = no BigQuery emulator, which keeps two cores busy for seven minutes
#   BIGFLOW_CI_VAULT    yes = Vault too, as .ci/run does. Building it keeps two cores busy for more
#                       than six minutes; when it cannot be built, what is tested on it is left out
#
# Debian packages need root. Everything comes through apt, pip/uv and the Go client as
# they are configured on this machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$here/lib.sh"

mkdir -p "$BIGFLOW_CI_CACHE"
exec 9>"$BIGFLOW_CI_CACHE/install.lock"
flock 9 # two builds on one machine must not install into each other

step() {
  local start=$SECONDS
  "$@" || return
  printf 'installed: %-28s %3d s\n' "$*" "$((SECONDS - start))"
}

install_packages() {
  local sudo=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null ||
      die "Missing Debian packages: $*" "Install them as root: apt-get install -y --no-install-recommends $*"
    sudo=(sudo)
  fi
  "${sudo[@]}" apt-get update -qq
  # No service is to be started or enabled: the checks start their own.
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "$@" >"$BIGFLOW_CI_CACHE/apt.log" 2>&1 || {
    tail -n 20 "$BIGFLOW_CI_CACHE/apt.log" >&2
    die "apt-get install $* failed; the end of its output is above."
  }
}

# install_go_server NAME PACKAGE@VERSION: into $BIGFLOW_CI_CACHE/bin/NAME, whatever the
# package calls its program.
install_go_server() {
  local PATH=$PATH:/usr/local/go/bin name=$1 package=$2 # where Go's own packages put it
  local built=$BIGFLOW_CI_CACHE/bin/build-$name
  command -v go >/dev/null ||
    die "No Go client found, which builds $name. Install Go 1.25 or newer and put it on the PATH."
  rm -rf "$built"
  GOBIN=$built CGO_ENABLED=0 go install "$package" >"$BIGFLOW_CI_CACHE/go.log" 2>&1 || {
    tail -n 20 "$BIGFLOW_CI_CACHE/go.log" >&2
    die "go install $package failed; the end of its output is above."
  }
  mv "$built"/* "$BIGFLOW_CI_CACHE/bin/$name"
  rmdir "$built"
}

# build_vault VERSION FOLDER: into $BIGFLOW_CI_CACHE/bin/vault. 'go install' refuses Vault, because it
# replaces its own modules by folders that its archive does not hold. The nearest releases of them differ
# in a few lines, none of which the tests reach; the archive's go.sum vouches for all else. The tag
# minimal leaves out the engines of all clouds.
build_vault() {
  local source module
  source=$(go mod download -json "github.com/hashicorp/vault@$1" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  rm -rf "$2"
  mkdir -p "$2"
  tar -C "$source" --exclude=./website --exclude=./ui --exclude=./changelog -cf - . | tar -C "$2" -xf -
  chmod -R u+w "$2"
  cd "$2"
  for module in api api/auth/approle api/auth/kubernetes api/auth/userpass sdk; do
    go mod edit -dropreplace "github.com/hashicorp/vault/$module"
  done
  go mod edit -require="github.com/hashicorp/vault/api@$VAULT_API_VERSION" \
    -require="github.com/hashicorp/vault/sdk@$VAULT_SDK_VERSION"
  sed -i 's/\(p\.Type\|polReq\.KeyType\)\.IsPQC()/false/' builtin/logical/transit/{backend,path_keys}.go
  sed -i 's/GetCloudSQLAuthOptions(credentials, false)/GetCloudSQLAuthOptions(credentials, false, false)/' \
    plugins/database/mysql/connection_producer.go
  cat >vault/rotation_information.go <<'EOF'
package vault

import (
	"context"

	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/rotation"
)

func (d dynamicSystemView) GetRotationInformation(context.Context, *rotation.RotationInfoRequest) (*rotation.RotationInfoResponse, error) {
	return nil, logical.ErrUnsupportedOperation
}
EOF
  CGO_ENABLED=0 GOFLAGS='-mod=mod -buildvcs=false' go build -tags minimal -trimpath -ldflags '-s -w' \
    -o "$BIGFLOW_CI_CACHE/bin/vault" .
}

# build_bigquery_emulator VERSION FOLDER SERVERS: into $BIGFLOW_CI_CACHE/bin/bigquery-emulator. It
# differs from BigQuery where tests depend on it, so bigquery-emulator.go is added to it and called at the
# places named here. A place that is not found as often as expected ends the build. ('go install' refuses it.)
build_bigquery_emulator() {
  local source
  source=$(go mod download -json "github.com/goccy/bigquery-emulator@$1" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  rm -rf "$2"
  mkdir -p "$2"
  cp -R "$source/." "$2"
  chmod -R u+w "$2"
  cp "$3/bigquery-emulator.go" "$2/server/bigflow.go"
  cd "$2"
  python3 - server/handler.go <<'EOF'
import re, sys

with open(sys.argv[1]) as file:
    text = file.read()


def change(place, replacement, times=1):
    """Spaces in a place are any white space, ... is anything; <> in the replacement is what was found."""
    global text
    parts = [re.escape(part).replace(r"\ ", r"\s+") for part in place.split("...")]
    found = re.compile(".*?".join(parts), re.DOTALL)
    text, count = found.subn(lambda match: replacement.replace("<>", match.group()), text)
    if count != times:
        sys.exit(f"bigquery-emulator has changed: found {count} times instead of {times}: {place}")


# Unqualified names of tables mean those of the job's default dataset.
change(
    'response, jobErr := r.server.contentRepo.Query( ctx, tx, r.project.ID, "",',
    "projectID, datasetID := defaultDataset(r)\nresponse, jobErr := r.server.contentRepo.Query(ctx, tx, projectID, datasetID,",
)
# A job id is used once: a second job with it is answered 409 and not run, be it inserted or uploaded.
once = "if err := duplicateJob(r.project, %s); err != nil { return nil, err }\n"
change('if job.Configuration == nil { return nil, fmt.Errorf("unspecified job configuration")', once % "job.JobReference" + "<>")
change("func (h *uploadHandler) Handle(ctx context.Context, r *uploadRequest) (*metadata.Job, error) {", "<>\n" + once % "r.job.JobReference")
change(
    "job: &job, }) if err != nil { errorResponse(ctx, w, errInternalError(err.Error()))",
    "job: &job,\n})\nif err != nil { uploadErrorResponse(ctx, w, err)",
    times=2,
)
# A query's destination keeps, loses or must not have rows, as the write disposition says; table$20260101
# is a partition of a table, also for loads.
change(
    "tableRef := job.Configuration.Query.DestinationTable",
    "tableRef, partition := undecorated(job.Configuration.Query.DestinationTable)",
)
change(
    'r.server.contentRepo.AddTableData(ctx, tx, tableRef.ProjectId, tableRef.DatasetId, tableDef); err != nil { return nil, fmt.Errorf("failed to add table data: %w", err)',
    "(destination{r.server, destinationDataset, tableRef, partition}).writeResult(ctx, tx, job.Configuration.Query, tableDef); err != nil { return nil, err",
)
change("dataset := r.project.Dataset(tableRef.DatasetId) if dataset == nil { return errNotFound(", "tableRef, partition := undecorated(tableRef)\n<>")
change(
    "if tableExisted { switch load.WriteDisposition {...r.server.contentRepo.AddTableData(ctx, tx, tableRef.ProjectId, tableRef.DatasetId, tableDef)",
    "if err := (destination{r.server, dataset, tableRef, partition}).write(ctx, tx, load.WriteDisposition, tableDef)",
)
# A load of Parquet needs no schema when the table is there.
change("for _, f := range load.Schema.Fields {", "for _, f := range tableContent.Schema.Fields {")
# Tables remember the column they are partitioned by, also those made by queries, loads and CREATE TABLE.
change(
    "destinationDataset, tableDef.ToBigqueryV2(r.project.ID, tableRef.DatasetId))",
    "destinationDataset, partitioned(tableDef.ToBigqueryV2(r.project.ID, tableRef.DatasetId), job.Configuration.Query.TimePartitioning))",
)
change("Schema: load.Schema, TableReference: tableRef,", "<>\nTimePartitioning: load.TimePartitioning,")
change("syncCatalog(ctx, r.server, ", "syncCatalog(withStatement(ctx, r.statement()), r.server, ", times=2)
change(
    "if _, err := createTableMetadata(ctx, tx, server, project, dataset, table);",
    "table.TimePartitioning = partitioning(ctx, table)\n<>",
)
# CREATE OR REPLACE and CREATE IF NOT EXISTS of a table that is there succeed.
change(
    "table.TimePartitioning = partitioning(ctx, table)",
    "<>\nif known := dataset.Table(tableID); known != nil { return createdAgain(ctx, tx, known, spec, table) }",
)
# What is wrong with a query is invalidQuery or notFound; what is found before it runs is no job.
change("if jobErr == nil { if hasDestinationTable {", "if refused(jobErr) { return nil, queryError(jobErr) }\n<>")
change("internalErr := errJobInternalError(jobErr.Error())", "internalErr := queryError(jobErr)")
change(
    "useInt64Timestamp: useInt64Timestamp, }) if err != nil { errorResponse(ctx, w, errJobInternalError(err.Error()))",
    "useInt64Timestamp: useInt64Timestamp,\n})\nif err != nil { errorResponse(ctx, w, queryError(err))",
)
# An upload in one request is a job that is done, as one in several is.
change("encodeResponse(ctx, w, uploadJob.Content())", "content := *uploadJob.Content()\ncontent.Status = finished(&content)\nencodeResponse(ctx, w, content)")
# A job that failed says so whenever it is asked for.
change("content.Status = &bigqueryv2.JobStatus{State: \"DONE\"} return &content, nil", "content.Status = finished(&content)\nreturn &content, nil")
change(
    "startIndex: startIndex, }) if err != nil { errorResponse(ctx, w, errJobInternalError(err.Error()))",
    "startIndex: startIndex,\n})\nif err != nil { errorResponse(ctx, w, resultsError(job, err))",
)
change("if err != nil { // Preserve typed *ServerError", "if err != nil { res, err = recordFailure(ctx, server, project, &job, err) }\n<>")
change('fmt.Errorf("failed to import from gcs: %w", err)', 'fmt.Errorf("failed to import from gcs: %w", loadError(err))')
change(
    "reader: p, }) if err != nil { uploadErrorResponse(ctx, w, err)",
    "reader: p,\n})\nif err != nil { answerUpload(ctx, w, server, project, uploadJob.Content(), err)",
)
change(
    "reader: r.Body, }); err != nil { uploadErrorResponse(ctx, w, err)",
    "reader: r.Body,\n}); err != nil { answerUpload(ctx, w, server, project, job.Content(), err)",
)
# Streamed rows: a known insert id is the same row, and a row that does not fit is refused by itself.
change(
    "var insertErrors []*bigqueryv2.TableDataInsertAllResponseInsertErrors data := types.Data{} for i, row := range r.req.Rows {...data = append(data, rowData) }",
    "streamedRows.Lock()\ndefer streamedRows.Unlock()\ndata, ids, insertErrors := streamed(content, r.req)",
)
change(
    "if err := tx.Commit(); err != nil { return nil, err } } return &bigqueryv2.TableDataInsertAllResponse{InsertErrors: insertErrors}, nil",
    "if err := tx.Commit(); err != nil { return nil, err }\nremember(streamedTable(content), ids)\n}\nreturn &bigqueryv2.TableDataInsertAllResponse{InsertErrors: insertErrors}, nil",
)
with open(sys.argv[1], "w") as file:
    file.write(text)
EOF
  CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -ldflags '-s -w' \
    -o "$BIGFLOW_CI_CACHE/bin/bigquery-emulator" ./cmd/bigquery-emulator
}

# build_infra_check VERSION FOLDER SERVERS: into $BIGFLOW_CI_CACHE/bin/infra-check. Only Terraform itself may
# use its packages, so the program is built as a part of it. Modules from elsewhere would bring the clients of
# all clouds along, which is half of the time; the projects that are checked have none.
build_infra_check() {
  local source
  source=$(go mod download -json "github.com/hashicorp/terraform@$1" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  rm -rf "$2"
  mkdir -p "$2"
  tar -C "$source" --exclude=./website -cf - . | tar -C "$2" -xf -
  chmod -R u+w "$2"
  cd "$2"
  rm internal/getmodules/*.go
  cat >internal/getmodules/none.go <<'EOF'
package getmodules

import "errors"

type MaybeRelativePathErr struct{ Addr string }

func (e *MaybeRelativePathErr) Error() string { return e.Addr }

func SplitPackageSubdir(address string) (string, string) { return address, "" }

func NormalizePackageAddress(string) (string, string, error) {
	return "", "", errors.New("modules from elsewhere are not checked")
}
EOF
  mkdir infra-check
  cp "$3/infra-check.go" infra-check/main.go
  CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -ldflags '-s -w' -o "$BIGFLOW_CI_CACHE/bin/infra-check" ./infra-check
}

# install_infra_schema VERSION: what the resources of the generated project may have, from the bindings of
# this version, into $BIGFLOW_CI_CACHE/infra-schema.json.
install_infra_schema() {
  local folder=$BIGFLOW_CI_CACHE/infra-schema
  rm -rf "$folder"
  mkdir -p "$folder"
  "$BIGFLOW_CI_CACHE/tools/bin/pip" download --quiet --disable-pip-version-check --no-deps \
    --only-binary :all: --dest "$folder" "cdktn-provider-google==$1"
  python3 "$here/infra_schema.py" "$folder"/*.whl "${infra_types[@]}" >"$folder/schema.json"
  mv "$folder/schema.json" "$BIGFLOW_CI_CACHE/infra-schema.json"
  rm -rf "$folder"
}

# build_prism VERSION FOLDER: into $BIGFLOW_CI_CACHE/bin/prism. It would listen on all addresses of the
# machine, so the one line that says so is changed.
build_prism() {
  local module=github.com/apache/beam/sdks/v2 file=go/pkg/beam/runners/prism/internal/jobservices/server.go source
  source=$(go mod download -json "$module@$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  rm -rf "$2"
  mkdir -p "$2"
  cp -R "$source/go" "$source/go.mod" "$source/go.sum" "$2"
  chmod -R u+w "$2"
  cd "$2"
  sed -i 's/Sprintf(":%d", port)/Sprintf("127.0.0.1:%d", port)/' "$file"
  ! cmp --silent "$source/$file" "$file" || {
    echo "prism has changed: the line with its address was not found in $file"
    return 1
  }
  CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -ldflags '-s -w' -o "$BIGFLOW_CI_CACHE/bin/prism" ./go/cmd/prism
}

# install_built NAME VERSION: by the function build_NAME VERSION FOLDER SERVERS.
install_built() {
  local PATH=$PATH:/usr/local/go/bin function=build_${1//-/_} built=$BIGFLOW_CI_CACHE/build-$1 code=0
  command -v go >/dev/null ||
    die "No Go client found, which builds $1. Install Go 1.25 or newer and put it on the PATH."
  # A shell of its own, so that set -e counts inside although the result is asked for.
  bash -c "set -euo pipefail; $(declare -f "$function"); $function \"\$@\"" bash "$2" "$built" "$here" \
    >"$BIGFLOW_CI_CACHE/go.log" 2>&1 || code=$?
  rm -rf "$built"
  if [[ $code -ne 0 ]]; then
    tail -n 20 "$BIGFLOW_CI_CACHE/go.log" >&2
    echo "$1 $2 was not built; the end of the output is above." >&2
    return 1
  fi
}

install_airflow() {
  local venv=$BIGFLOW_CI_CACHE/airflow-$1 python
  python=$(find_airflow_python)
  rm -rf "$venv"
  "$BIGFLOW_CI_CACHE/tools/bin/uv" venv --quiet --python "$python" "$venv"
  "$BIGFLOW_CI_CACHE/tools/bin/uv" pip install --quiet --no-deps \
    --python "$venv/bin/python" --requirement "$here/../airflow/requirements-$1.txt"
}

packages=()
for pair in docker-registry:docker-registry podman:podman runc:runc skopeo:skopeo curl:curl \
  faketime:faketime; do
  command -v "${pair#*:}" >/dev/null || packages+=("${pair%:*}")
done
if [[ ${#packages[@]} -gt 0 ]]; then
  step install_packages "${packages[@]}"
fi

export UV_HTTP_TIMEOUT=180
ensure_tools

# go_server NAME PACKAGE VERSION
go_server() {
  if ! stamped "$1" "$3" || [[ ! -x $BIGFLOW_CI_CACHE/bin/$1 ]]; then
    step install_go_server "$1" "$2@$3"
    stamp "$1" "$3"
  fi
}
go_server fake-gcs-server github.com/fsouza/fake-gcs-server "$FAKE_GCS_VERSION"
go_server toxiproxy-server github.com/Shopify/toxiproxy/v2/cmd/server "$TOXIPROXY_VERSION"
hash=$(hash_of <(declare -f build_prism))
if ! stamped prism "$PRISM_VERSION $hash" || [[ ! -x $BIGFLOW_CI_CACHE/bin/prism ]]; then
  step install_built prism "$PRISM_VERSION"
  stamp prism "$PRISM_VERSION $hash"
fi
if [[ ${BIGFLOW_CI_BIGQUERY:-yes} == yes ]]; then
  # What is changed in it belongs to its version.
  hash=$(hash_of <(declare -f build_bigquery_emulator) "$here/bigquery-emulator.go")
  if ! stamped bigquery-emulator "$BIGQUERY_EMULATOR_VERSION $hash" || [[ ! -x $BIGFLOW_CI_CACHE/bin/bigquery-emulator ]]; then
    step install_built bigquery-emulator "$BIGQUERY_EMULATOR_VERSION"
    stamp bigquery-emulator "$BIGQUERY_EMULATOR_VERSION $hash"
  fi
fi
hash=$(hash_of <(declare -f build_infra_check) "$here/infra-check.go")
if ! stamped infra-check "$TERRAFORM_VERSION $hash" || [[ ! -x $BIGFLOW_CI_CACHE/bin/infra-check ]]; then
  step install_built infra-check "$TERRAFORM_VERSION"
  stamp infra-check "$TERRAFORM_VERSION $hash"
fi
mapfile -t infra_types < <(sed -n 's/^resource "\(google_[a-z0-9_]*\)".*/\1/p' \
  "$here"/../../bigflow-archetype/src/main/resources/archetype-resources/infra/*.tf | LC_ALL=C sort -u)
hash=$(hash_of <(printf '%s\n' "${infra_types[@]}") "$here/infra_schema.py")
if ! stamped infra-schema "$GOOGLE_PROVIDER_BINDINGS_VERSION $hash" || [[ ! -f $BIGFLOW_CI_CACHE/infra-schema.json ]]; then
  step install_infra_schema "$GOOGLE_PROVIDER_BINDINGS_VERSION"
  stamp infra-schema "$GOOGLE_PROVIDER_BINDINGS_VERSION $hash"
fi
read -ra lines <<<"${BIGFLOW_CI_AIRFLOW:-2 3 2.10 3.1}"
for line in "${lines[@]}"; do
  lock=$here/../airflow/requirements-$line.txt
  [[ -f $lock ]] ||
    die "BIGFLOW_CI_AIRFLOW names the Airflow line '$line', but there is no .ci/airflow/requirements-$line.txt." \
      "Known: $(cd "$here/../airflow" && echo requirements-*.txt | sed 's/requirements-//g; s/\.txt//g')"
  hash=$(hash_of "$lock")
  if ! stamped "airflow-$line" "$hash" || [[ ! -x $BIGFLOW_CI_CACHE/airflow-$line/bin/python ]]; then
    step install_airflow "$line"
    stamp "airflow-$line" "$hash"
  fi
done

# Last, because it takes longest. Without it all else can be tested.
if [[ ${BIGFLOW_CI_VAULT:-no} == yes ]] && { ! stamped vault "$VAULT_VERSION" || [[ ! -x $BIGFLOW_CI_CACHE/bin/vault ]]; }; then
  if step install_built vault "$VAULT_VERSION"; then
    stamp vault "$VAULT_VERSION"
  fi
fi
