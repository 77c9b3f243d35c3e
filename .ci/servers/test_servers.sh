#!/usr/bin/env bash
# Proves that the servers and run_image.sh do what the checks rely on: data arrives, exit
# codes and signals pass through, and nothing is left behind, not even what ignores signals. Takes about 25 s.
#
#   .ci/servers/test_servers.sh
#
# The last line printed is "N passed, M failed".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$here/lib.sh"
# A work folder of its own, whoever calls: nothing may be left in it, and no other server's files be there.
unset CI_WORK
trap stop_all EXIT

passed=0
failed=0

# same WHAT EXPECTED ACTUAL
same() {
  if [[ $2 == "$3" ]]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf 'FAILED %s: expected %q, got %q\n' "$1" "$2" "$3"
  fi
}

# run ARGS...: run_image.sh with its output in $out and its exit code in $code.
run() {
  code=0
  out=$("$here/run_image.sh" "$@" 2>"$CI_WORK/run.err") || code=$?
}

start_registry
start_fake_gcs
[[ $REGISTRY == 127.0.0.1:* && $GCS_ENDPOINT == http://127.0.0.1:* ]]
work=$CI_WORK

create_bucket bucket
upload() {
  curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code}' --data-binary "$2" \
    "$GCS_ENDPOINT/upload/storage/v1/b/bucket/o?uploadType=media&name=dags/a.py$1"
}
same 'upload' 200 "$(upload '' one)"
same 'object file' one "$(cat "$work/gcs/bucket/dags/a.py")"
same 'upload over an object that must not exist' 412 "$(upload '&ifGenerationMatch=0' two)"
same 'object file is unchanged' one "$(cat "$work/gcs/bucket/dags/a.py")"
same 'resumable uploads continue here' "$GCS_ENDPOINT" "$(curl --silent --noproxy '*' \
  --dump-header - --output /dev/null --data '' \
  "$GCS_ENDPOINT/upload/storage/v1/b/bucket/o?uploadType=resumable&name=b" |
  tr -d '\r' | sed -nE 's#^[Ll]ocation: (http://[^/]+)/.*#\1#p')"

image=$(push_shell_image shell)
digest=${image#*@}
same 'digest' 'sha256:' "${digest:0:7}"
same 'uploaded blobs (layer and configuration)' 2 "$(registry_blob_uploads)"

# shellcheck disable=SC2016 # expanded in the container
run -e 'NAME=it'\''s "x" $y' -v "$work/out:/out" "$image" -c \
  'echo "$NAME|$1|$(id -u)"; echo done >/out/file; echo x 2>&1 >/root.txt || echo read-only' - '{"a": "b c"}'
same 'exit code' 0 "$code"
same 'arguments, environment, user, read-only root' \
  $'it\'s "x" $y|{"a": "b c"}|65532\nread-only' "$(grep -v 'cannot create' <<<"$out")"
same 'file written by the container' 'done' "$(cat "$work/out/file")"
run "$image" -c 'exit 7'
same 'exit code of the container' 7 "$code"
run -t 1 "$image" -c 'sleep 30'
same 'time limit' 124 "$code"
run -t 1 "$image" -c 'trap "exit 3" TERM; sleep 30 & wait'
same 'time limit, ended on SIGTERM' 124 "$code"
run "$REGISTRY/nothing:1"
same 'image that is not there' 125 "$code"

"$here/run_image.sh" "$image" -c 'trap "echo stopped; exit 43" TERM; echo up; while :; do sleep 0.1; done' \
  >"$work/signal.out" 2>/dev/null &
pid=$!
for _ in {1..100}; do
  ! grep -q up "$work/signal.out" || break
  sleep 0.1
done
kill -TERM "$pid"
code=0
wait "$pid" || code=$?
same 'exit code after SIGTERM' 43 "$code"
same 'output after SIGTERM' $'up\nstopped' "$(cat "$work/signal.out")"

# Two that go on when they are asked to end: until they are asked again, and until they are killed.
bash -c 'trap "trap - TERM" TERM; echo up; while :; do sleep 0.1; done' >"$work/again.out" &
again=$!
bash -c 'trap "" TERM; sleep 1000 & echo $!; while :; do sleep 0.1; done' >"$work/stays.out" &
stays=$!
for _ in {1..100}; do
  [[ ! -s $work/again.out || ! -s $work/stays.out ]] || break
  sleep 0.1
done
code=0
END_SECONDS=3 end_processes "$again" 2>"$work/end.err" || code=$?
same 'asked again' '0 ' "$code $(<"$work/end.err")"
code=0
END_SECONDS=3 end_processes "$again" "$stays" 2>"$work/end.err" || code=$?
same 'killed' "1 Killed, because it went on for 3 s after SIGTERM: $stays bash" \
  "$code $(tr -s ' ' <"$work/end.err")"
for pid in "$again" "$stays" "$(<"$work/stays.out")"; do
  same 'ended' yes "$(await_end 10 "$pid" && echo yes || echo no)"
done

pids=("${CI_SERVER_PIDS[@]}")
stop_all
for pid in "${pids[@]}"; do
  same 'server ended' '' "$(ps -o pid= -p "$pid" || true)"
done
same 'work folder removed' no "$([[ -e $work ]] && echo yes || echo no)"
same 'nothing mounted' '' "$(grep -F "$work" /proc/mounts || true)"

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
