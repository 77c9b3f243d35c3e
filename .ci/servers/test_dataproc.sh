#!/usr/bin/env bash
# Proves that the stand-in for Dataproc does what Airflow's operators rely on, through the hooks and triggers
# of each installed Airflow line that CI starts: clusters come and go, jobs run, fail and are cancelled, and
# nothing of them is left behind. Needs a JDK, no Spark. Takes about 35 s.
#
#   .ci/servers/test_dataproc.sh
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

start_fake_gcs
work=$CI_WORK
mkdir -p "$work/java"
cat >"$work/java/Copy.java" <<'END'
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Writes what is in raw/a.txt in capital letters, or fails, or takes its time. */
public final class Copy {
  public static void main(String[] arguments) throws Exception {
    List<String> options = List.of(arguments);
    if (options.contains("--fail")) {
      throw new IllegalStateException("as it was told");
    }
    if (options.contains("--sleep")) {
      Thread.sleep(60_000);
    }
    Path output = Path.of(options.get(options.indexOf("--output") + 1));
    if (Files.exists(output)) {
      throw new IllegalStateException(output + " exists");
    }
    Files.createDirectories(output);
    Path input = Path.of(options.get(options.indexOf("--input") + 1));
    String text = Files.readString(input.resolve("a.txt")).toUpperCase(Locale.ROOT);
    String settings = System.getProperty("spark.master") + " " + System.getProperty("spark.given");
    Files.writeString(output.resolve("part-0"), text + " " + settings);
    Files.writeString(output.resolve(".part-0.crc"), "checksum");
    Files.writeString(output.resolve("_SUCCESS"), "");
    Files.delete(input.resolve("old.txt"));
  }
}
END
javac -d "$work/java" "$work/java/Copy.java"
jar --create --file "$work/jobs.jar" -C "$work/java" Copy.class
: >"$work/spark.classpath"
SPARK_CLASSPATH_FILE=$work/spark.classpath DATAPROC_SECONDS=1
start_dataproc

create_bucket jobs
put() { # put NAME FILE
  curl --silent --show-error --fail --noproxy '*' --output /dev/null --data-binary "@$2" \
    "$GCS_ENDPOINT/upload/storage/v1/b/jobs/o?uploadType=media&name=$1"
}
printf one >"$work/one"
put jobs.jar "$work/jobs.jar"
put raw/a.txt "$work/one"

for line in 2 3; do
  put raw/old.txt "$work/one"
  mkdir -p "$work/airflow-$line"
  touch "$work/airflow-$line/secret"
  set_airflow_env "$line"
  code=0
  "${AIRFLOW_ENV[@]}" "$(airflow_python "$line")" "$here/check_dataproc.py" jobs \
    >"$work/check-$line.log" 2>"$work/check-$line.err" || code=$?
  same "hooks and triggers of Airflow $line" 0 "$code"
  if [[ $code != 0 ]]; then cat "$work/check-$line.log" && tail -n 30 "$work/check-$line.err"; fi
  output=$work/gcs/jobs/$(tail -n 1 "$work/check-$line.log")/out
  same 'what the job wrote' 'ONE local[1] yes' "$(cat "$output/part-0")"
  same 'its files' '_SUCCESS part-0' "$(find "$output" -type f -printf '%f\n' | sort | xargs)"
  same 'a file that it deleted' no "$([[ -e $work/gcs/jobs/raw/old.txt ]] && echo yes || echo no)"
  # Nothing that an Airflow process does not use is imported at its start.
  same 'modules at the start' '' "$("${AIRFLOW_ENV[@]}" "$(airflow_python "$line")" -c \
    'import sys; print(*(n for n in sys.modules if n.startswith(("google.", "grpc", "asyncio", "inspect", "typing")) and n != "google.cloud"))')"
done

# requests METHOD PATTERN FIELD: a field of the bodies of such requests
requests() {
  python3 -c 'import json, re, sys
for line in open(sys.argv[1]):
    o = json.loads(line)
    if o["method"] == sys.argv[2] and re.search(sys.argv[3], o["path"]) and o["status"] == 200:
        print(eval(sys.argv[4]))' "$work/dataproc/requests.jsonl" "$@"
}
same 'the logged creation of a cluster' '600s' \
  "$(requests POST '/clusters$' 'o["body"]["config"]["lifecycleConfig"]["idleDeleteTtl"]' | sort -u)"
same 'no unknown call' '' "$(grep '"status": 50' "$work/dataproc/requests.jsonl" || true)"
same 'files of jobs that ended' '' "$(find "$work/dataproc/work" -mindepth 1 -type d)"
call() {
  curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code}' \
    --header 'Content-Type: application/json' --data "$2" \
    "$DATAPROC_ENDPOINT/v1/projects/p/regions/r/$1"
}
same 'an unknown call' 501 "$(call batches '{}')"
same 'a body that is no JSON' 400 "$(call clusters '{')"
same 'a job that it cannot run' 400 "$(call jobs:submit \
  '{"job": {"placement": {"clusterName": "late"}, "pysparkJob": {"mainPythonFileUri": "gs://jobs/a.py"}}}')"

# Jobs end with the server.
same 'a cluster' 200 "$(call clusters '{"clusterName": "late", "config": {}}')"
sleep 1.2
same 'a job' 200 "$(call jobs:submit '{"job": {"placement": {"clusterName": "late"}, "sparkJob":
  {"mainClass": "Copy", "jarFileUris": ["gs://jobs/jobs.jar"], "args": ["--sleep", "'"$work"'"]}}}')"
running() {
  pgrep --full --count "Copy --sleep $work" || true
}
for _ in {1..50}; do
  [[ $(running) == 0 ]] || break
  sleep 0.1
done
same 'a running job' 1 "$(running)"
stop_all
same 'a job when the server has ended' 0 "$(running)"

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
