#!/usr/bin/env bash
# Installs what the checks against real servers need; what is there already stays.
#
#   .ci/servers/install.sh
#
# Variables:
#   BIGFLOW_CI_CACHE    target folder (default ~/.cache/bigflow-ci)
#   BIGFLOW_CI_AIRFLOW  Airflow lines, of "2 3 2.10 3.1" (default: all four)
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
  "$@"
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
