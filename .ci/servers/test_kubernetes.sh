#!/usr/bin/env bash
# Proves that the stand-in for Kubernetes does with pods what Airflow relies on: how they end, what they
# log and when, how they are stopped, and that nothing of them is left behind. Takes about 25 s.
#
#   .ci/servers/test_kubernetes.sh
#
# The last line printed is "N passed, M failed".
# shellcheck disable=SC2016 # what is in single quotes here is expanded in a container
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

start_registry
work=$CI_WORK
image=$(push_shell_image shell)
echo '{"database": {"password": "it'\''s \"secret\" $x"}, "keys": {"A_KEY": "a", "NAME": "from the secret"}}' \
  >"$work/secrets.json"
start_kubernetes --env 'GIVEN=to all pods' --env NAME=given --secrets "$work/secrets.json"
server=$(sed -nE 's/.*"server": "([^"]+)".*/\1/p' "$KUBERNETES_CONFIG")
token=$(<"$work/kubernetes/token")

# api METHOD PATH [BODY]: the answer in $out, its code in $code.
api() {
  out=$(curl --silent --noproxy '*' --max-time 60 --request "$1" --header "Authorization: Bearer $token" \
    --header 'Content-Type: application/json' ${3:+--data "$3"} --write-out '\n%{http_code}' \
    "$server/api/v1/namespaces/jobs/$2")
  code=${out##*$'\n'}
  out=${out%$'\n'*}
  out=${out%$'\n'}
}

# field EXPRESSION: of the object o in $out.
field() {
  python3 -c 'import json, sys; o = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1" <<<"$out"
}

# pod NAME SCRIPT [CONTAINER_FIELDS [SPEC_FIELDS]]: creates a pod that runs a shell script.
pod() {
  api POST pods "$(python3 -c 'import json, sys
name, image, script, container, spec = sys.argv[1:]
container = {"name": "base", "image": image, "args": ["-c", script], "env": [], **json.loads(container)}
spec = {"restartPolicy": "Never", "containers": [container], "affinity": {}, "volumes": [], **json.loads(spec)}
labels = {"dag_id": "a", "task_id": name}
print(json.dumps({"metadata": {"name": name, "namespace": "jobs", "labels": labels}, "spec": spec}))' \
    "$1" "$image" "$2" "${3:-"{}"}" "${4:-"{}"}")"
}

# ended NAME: waits until the pod has ended, which leaves it in $out.
ended() {
  for _ in {1..150}; do
    api GET "pods/$1"
    [[ $(field 'o["status"]["phase"]') != [PR]* ]] || { sleep 0.1 && continue; }
    return
  done
}

# written FILE TEXT: waits until the file has the text.
written() {
  for _ in {1..150}; do
    ! grep --quiet "$2" "$1" || return 0
    sleep 0.1
  done
}

state='list(o["status"]["containerStatuses"][0]["state"].items())[0]'
how_it_ended="o['status']['phase'], ${state}[1].get('exitCode'), ${state}[1]['reason']"

pod succeeds 'echo "$GIVEN|$NAME|$PASSWORD|$A_KEY|$(id -u)"; echo x 2>/dev/null >/root.txt || echo read-only' \
  '{"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}}],
    "envFrom": [{"secretRef": {"name": "keys"}}]}'
same 'created' "201 Pending" "$code $(field 'o["status"]["phase"]')"
api GET pods/succeeds
same 'the first question is answered when the pod is no longer pending' no \
  "$([[ $(field 'o["status"]["phase"]') == Pending ]] && echo Pending || echo no)"
ended succeeds
same 'a pod that succeeds' "('Succeeded', 0, 'Completed')" "$(field "$how_it_ended")"
api GET 'pods/succeeds/log?container=base'
same 'environment, secrets, user, read-only root' \
  $'to all pods|from the secret|it\'s "secret" $x|a|65532\nread-only' "$out"
same 'no container is left of a pod that has ended' '' "$(podman_here ps --all --quiet)"

pod fails 'echo going; exit 3'
ended fails
same 'a pod that fails' "('Failed', 3, 'Error')" "$(field "$how_it_ended")"
api GET 'events?fieldSelector=involvedObject.name%3Dfails'
same 'events' "['Scheduled', 'Pulled', 'Started']" "$(field '[event["reason"] for event in o["items"]]')"

pod talks 'echo one; echo; sleep 5; echo "two  words" >&2; sleep 30'
api GET pods/talks
curl --silent --noproxy '*' --no-buffer --header "Authorization: Bearer $token" \
  "$server/api/v1/namespaces/jobs/pods/talks/log?container=base&follow=True&timestamps=True" >"$work/followed" &
follower=$!
written "$work/followed" one
same 'a line is there when it is written' '' "$(grep two "$work/followed" || true)"
written "$work/followed" two
api GET 'pods/talks/log?sinceSeconds=3'
same 'the log of the last seconds' 'two  words' "$out"
api GET 'pods?labelSelector=dag_id%3Da%2Ctask_id%21%3Dfails%2C%21airflow-worker%2Ctask_id%3Dtalks'
same 'found by labels' "['talks']" "$(field '[pod["metadata"]["name"] for pod in o["items"]]')"
api PATCH pods/talks '{"metadata": {"labels": {"already_checked": "True"}}}'
api GET 'pods?labelSelector=dag_id%3Da%2Calready_checked%21%3DTrue'
same 'not found any more after a patch' "['fails', 'succeeds']" "$(field 'sorted(pod["metadata"]["name"] for pod in o["items"])')"
# A shell that sleeps does not listen to SIGTERM.
api DELETE 'pods/talks?gracePeriodSeconds=1'
same 'deleted' 200 "$code"
wait "$follower"
same 'each line has its time' $'one\n\ntwo  words' \
  "$(sed -nE 's/^20[0-9-]{8}T[0-9:]{8}\.[0-9]+([+-][0-9:]{5}|Z) //p' "$work/followed")"

pod listens 'trap "echo stopped; exit 43" TERM; echo up; while :; do sleep 0.1; done'
api GET pods/listens
curl --silent --noproxy '*' --header "Authorization: Bearer $token" \
  "$server/api/v1/namespaces/jobs/pods/listens/log?follow=true" >"$work/listened" &
follower=$!
written "$work/listened" up
api DELETE pods/listens
wait "$follower"
same 'a deleted pod gets SIGTERM' $'up\nstopped' "$(cat "$work/listened")"
for _ in {1..50}; do
  api GET pods/listens
  [[ $code != 404 ]] || break
  sleep 0.1
done
same 'a deleted pod is gone' '404 NotFound' "$code $(field 'o["reason"]')"

pod late 'echo up; while :; do sleep 0.1; done' '{}' '{"activeDeadlineSeconds": 1, "terminationGracePeriodSeconds": 0}'
ended late
same 'a pod that takes too long' 'Failed DeadlineExceeded' "$(field 'o["status"]["phase"] + " " + o["status"]["reason"]')"
pod big 'x=x; while :; do x=$x$x; done' '{"resources": {"limits": {"memory": "32Mi", "cpu": "4"}}}'
ended big
same 'a pod that takes too much memory' "Failed 137" "$(field "o['status']['phase'] + ' ' + str(${state}[1]['exitCode'])")"
pod nothing '' '{"command": ["/bin/nothing"]}'
ended nothing
same 'a command that is not there' "('Failed', 128, 'StartError')" "$(field "$how_it_ended")"
pod missing '' "{\"image\": \"$REGISTRY/nothing:1\"}"
api GET pods/missing
same 'an image that is not there' "Pending ErrImagePull" "$(field "o['status']['phase'] + ' ' + ${state}[1]['reason']")"
pod secret '' '{"envFrom": [{"secretRef": {"name": "nobody"}}]}'
api GET pods/secret
same 'a secret that is not there' '{"reason": "CreateContainerConfigError", "message": "secret \"nobody\" not found"}' \
  "$(field "json.dumps(${state}[1])")"

pod fails ''
same 'two pods of one name' 409 "$code"
pod mounts '' '{"volumeMounts": [{"name": "a"}]}'
same 'a field that would be ignored' '422 container: this stand-in for Kubernetes does not know volumeMounts' \
  "$code $(field 'o["message"]')"
same 'no unknown call until now' '' "$(grep 'unknown call' "$work/kubernetes.log" || true)"
api GET 'pods?watch=true'
same 'an unknown call' '404 Status' "$code $(field 'o["kind"]')"
same 'an unknown call is in the log' 1 "$(grep -c 'unknown call: GET /api/v1/namespaces/jobs/pods?watch=true' "$work/kubernetes.log")"
same 'a call without the token' 401 "$(curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code}' \
  "$server/api/v1/namespaces/jobs/pods")"

same 'the file of Composer, for one command' "$(<"$KUBERNETES_CONFIG")" \
  "$("$here/with_kube_config.sh" "$KUBERNETES_CONFIG" sh -c 'cd . && cat /home/airflow/composer_kube_config')"

pod stays 'echo $$; while :; do sleep 0.1; done'
api GET pods/stays
same 'one container runs' 1 "$(podman_here ps --quiet | wc -l)"
pids=("${CI_SERVER_PIDS[@]}")
stop_all
for pid in "${pids[@]}"; do
  same 'server ended' '' "$(ps -o pid= -p "$pid" || true)"
done
same 'no process of a container' '' "$(pgrep -f "$work" || true)"
same 'work folder removed' no "$([[ -e $work ]] && echo yes || echo no)"
same 'nothing mounted' '' "$(grep -F "$work" /proc/mounts || true)"

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
