# shellcheck shell=bash
# Facts, and lanes: what is checked at the same time as something else. Most of what is checked keeps one processor
# busy, so two of them are used only when two facts are looked at at once.
#
#   check NAME COMMAND...              one fact
#   fails_saying TEXT COMMAND...       succeeds if the command ends with exit code 1 and says why
#   lane NAME COMMAND...               the command, in the background; what it prints is shown by end_lanes
#   end_lanes                          waits for all lanes; one that did not come to its end is a fact that failed
#   stop_lanes                         ends them
#   end_checks                         'N passed, M failed'; fails if one failed
#
# Needs CI_WORK. What a lane sets, only the lane sees; servers that it starts end with it.

LANES=()

check() {
  local name=$1
  shift
  if "$@"; then
    printf 'ok    %s\n' "$name" | tee -a "$CI_WORK/checks"
  else
    printf 'FAIL  %s: %s\n' "$name" "$*" | tee -a "$CI_WORK/checks"
  fi
}

fails_saying() {
  local text=$1 code=0 log
  shift
  log=$(mktemp "$CI_WORK/failure.XXXXXX")
  "$@" >"$log" 2>&1 || code=$?
  { test "$code" = 1 && grep --quiet --fixed-strings "$text" "$log"; } || { tail -n 40 "$log" && false; }
}

lane() {
  local name=$1
  shift
  # A group of processes of its own, so that all of it can be ended.
  set -m
  (
    set +m
    CI_SERVER_PIDS=()
    trap 'stop_servers' EXIT
    "$@"
    touch "$CI_WORK/lane-$name.ended"
  ) >"$CI_WORK/lane-$name.log" 2>&1 </dev/null &
  LANES+=("$name:$!")
  set +m
}

end_lanes() {
  local lane name
  for lane in "${LANES[@]}"; do
    name=${lane%:*}
    wait "${lane##*:}" || true
    printf '\n==== at the same time: %s\n' "$name"
    cat "$CI_WORK/lane-$name.log"
    check "$name came to its end" test -f "$CI_WORK/lane-$name.ended"
  done
  LANES=()
}

stop_lanes() {
  local lane
  for lane in "${LANES[@]}"; do
    kill -- "-${lane##*:}" 2>/dev/null || continue
    wait "${lane##*:}" || true
    printf '\n==== ended before its end: %s\n' "${lane%:*}"
    tail -n 40 "$CI_WORK/lane-${lane%:*}.log"
  done
  LANES=()
}

end_checks() {
  local passed failed
  passed=$(grep -c '^ok' "$CI_WORK/checks" || true)
  failed=$(grep -c '^FAIL' "$CI_WORK/checks" || true)
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
