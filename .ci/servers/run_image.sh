#!/usr/bin/env bash
# Runs an image of the local registry as a cluster would: pulled by reference, a user
# without rights, a read-only root and limited memory. The exit code is the container's.
#
#   run_image.sh [-e NAME=VALUE]... [-v HOST_DIR:CONTAINER_DIR]... [-m MEMORY]
#                [-t SECONDS] [-x PROGRAM] REF [ARGS...]
#
#   -e  environment variable of the container
#   -v  a folder of this machine in which the container may write; made when missing
#       and opened to every user
#   -m  memory limit (default 512m)
#   -t  time limit in seconds (default 300); exit code 124 when it is exceeded
#   -x  what is started instead of the image's own entry point
#   REF for example 127.0.0.1:5000/demo@sha256:<digest>; plain HTTP is used for 127.0.0.1
#
# SIGTERM and SIGINT to this script reach the process in the container.
#
# The container shares this machine's network, so servers on 127.0.0.1 can be reached.
# With CI_WORK set, pulled layers are kept in $CI_WORK/podman for the next call (stop_all
# of lib.sh removes them); without it everything is removed at the end.
#
# Exit code 125: podman itself failed (bad reference, registry unreachable).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$here/lib.sh"

usage() {
  sed -n '/^#   run_image.sh/,/^#   REF/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

options=()
memory=512m
limit=300
while getopts 'e:v:m:t:x:' flag; do
  case $flag in
    e) options+=(--env "$OPTARG") ;;
    v)
      [[ $OPTARG == /*:/* ]] || die "run_image.sh: -v $OPTARG: expected HOST_DIR:CONTAINER_DIR, both absolute"
      mkdir -p "${OPTARG%%:*}"
      chmod 0777 "${OPTARG%%:*}"
      options+=(--volume "$OPTARG")
      ;;
    m) memory=$OPTARG ;;
    t) limit=$OPTARG ;;
    x) options+=(--entrypoint "$OPTARG") ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -ge 1 ]] || usage
reference=$1
shift

if [[ $reference == 127.0.0.1:* || $reference == localhost:* ]]; then
  options+=(--tls-verify=false)
fi

if [[ -z ${CI_WORK:-} ]]; then
  trap stop_all EXIT
fi
set_podman

name=bigflow-ci-$$-$RANDOM
ended=$CI_WORK/$name.code
started=$SECONDS

# Hands a signal on to the container, whose exit code is still the one that counts.
hand_on() {
  [[ -n ${!:-} ]] || exit 143
  until pkill -TERM -P "$!" || ! kill -0 "$!" 2>/dev/null; do
    sleep 0.1
  done
}
trap hand_on TERM INT

# Podman gets a signal once, so timeout must not send it to its whole group besides: a second one, which comes
# when the container has ended, ends podman. The exit code goes into a file, because a wait that a signal
# interrupts is not told it.
{
  code=0
  timeout --foreground --kill-after=5 "$limit" "${CI_PODMAN[@]}" run --rm --quiet --name "$name" \
    --network=host --read-only --tmpfs /tmp:rw,exec,mode=1777 --user 65532:65532 \
    --memory "$memory" --ulimit nofile=4096:4096 --ulimit nproc=1000:1000 \
    "${options[@]}" "$reference" "$@" || code=$?
  echo "$code" >"$ended"
} &
while kill -0 "$!" 2>/dev/null; do
  wait "$!" 2>/dev/null || true
done
code=$(<"$ended")
rm "$ended"
# 137: the process did not end on SIGTERM either.
if [[ $code -eq 124 || ($code -eq 137 && $((SECONDS - started)) -ge $limit) ]]; then
  code=124
  echo "run_image.sh: $reference did not end within $limit s" >&2
fi
podman_here rm --force --ignore "$name" >/dev/null 2>&1 || true
exit "$code"
