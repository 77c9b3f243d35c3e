# shellcheck shell=bash
# Pods of Airflow, run for real: its KubernetesPodOperator asks the stand-in for Kubernetes, which runs the
# image that was deployed. The DAG files are those of the bucket, unchanged.
#
#   start_pods         after start_registry and start_bigquery, before start_airflow
#   deploy_pods        after 'deploy dev', whose project gets one more workflow and one more environment
#   check_pods LINE    after start_airflow LINE
#
# Uses check, deploy, PROJECT, BUCKET and CI_WORK of the journey, and lib.sh.

# The stand-in, with what Composer's surroundings would tell a pod, and with a secret of its namespace.
start_pods() {
  PODS_PASSWORD=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
  (
    umask 077
    printf '{"database": {"password": "%s"}}' "$PODS_PASSWORD" >"$CI_WORK/pods-secrets.json"
  )
  start_kubernetes --secrets "$CI_WORK/pods-secrets.json" --env GCP_PROJECT=bigflow-ci \
    ${BIGQUERY_ENDPOINT:+--env BIGFLOW_BIGQUERY_ENDPOINT="$BIGQUERY_ENDPOINT"}
}

# A workflow whose first job tells what has reached its container and whose second one fails; in the
# environment pods, so that what dev and prod have in the bucket stays as it is.
deploy_pods() {
  {
    printf 'gcp.project=bigflow-ci\n'
    speeds_configuration
  } >"$PROJECT/src/main/resources/application-pods.properties"
  cat >"$PROJECT/src/main/java/com/example/PodsWorkflow.java" <<'END'
package com.example;

import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Resources;
import io.bigflow.workflow.RetryPolicy;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Secret;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what reaches a job in a pod, and fails. */
public final class PodsWorkflow implements WorkflowDefinition {
  private static final Logger LOG = LoggerFactory.getLogger(PodsWorkflow.class);

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("pods")
        .schedule(Schedule.manual())
        .retry(RetryPolicy.none())
        .resources(Resources.of("0.5", "1G"))
        .secrets(Secret.variable("DB_PASSWORD", "database", "password"))
        .sequence(Task.job("tell", PodsWorkflow::tell), Task.job("fail", PodsWorkflow::fail))
        .build();
  }

  private static void tell(JobContext context) throws Exception {
    LOG.info("run id {}", context.runId());
    LOG.info("runtime {}", context.runtime().toInstant());
    LOG.info("conf {}", context.conf());
    LOG.info("project {}", context.config().get("gcp.project"));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(System.getenv("DB_PASSWORD").getBytes());
    LOG.info("password {}", HexFormat.of().formatHex(hash));
    LOG.info("memory {}", Runtime.getRuntime().maxMemory() < 1_000_000_000);
  }

  private static void fail(JobContext context) {
    throw new IllegalStateException("This job was made to fail.");
  }
}
END
  # As users do it: the image's tag names the commit.
  git -C "$PROJECT" add --all
  git -C "$PROJECT" -c user.name=ci -c user.email=ci@example.com commit --quiet --message pods
  deploy pods -DskipTests
}

# pods_dag ENV WORKFLOW: its DAG file in the bucket, whose objects are files.
pods_dag() {
  find "$CI_WORK/gcs/$BUCKET/dags" -path "*/$1/$2.py"
}

# pods_run LINE ENV WORKFLOW [OPTION...]: a run over Airflow's API; what it says is in $CI_WORK/pods-LINE/WORKFLOW.
pods_run() {
  local line=$1 environment=$2 workflow=$3
  shift 3
  "$(airflow_python "$line")" .ci/airflow/run_dag.py "$CI_WORK/airflow-$line/server.properties" \
    "$(pods_dag "$environment" "$workflow")" --logs "$CI_WORK/pods-$line" "$@"
}

# pods_logged LINE WORKFLOW TASK TEXT...: Airflow's log of the task has each text.
pods_logged() {
  local log=$CI_WORK/pods-$1/$2/$3.log text
  shift 3
  for text in "$@"; do
    grep --quiet --fixed-strings -- "$text" "$log" || {
      echo "not in the log: $text"
      cat "$log"
      return 1
    }
  done
}

# pods_field LINE WORKFLOW EXPRESSION: of the run r.
pods_field() {
  python3 -c 'import datetime, json, sys; print(eval(sys.argv[2], {"r": json.load(open(sys.argv[1])), "datetime": datetime.datetime}))' \
    "$CI_WORK/pods-$1/$2/run.json" "$3"
}

# The times of a run as Java prints instants.
PODS_RUNTIME='datetime.fromisoformat(r["data_interval_start"].replace("Z", "+00:00")).strftime("%Y-%m-%dT%H:%M:%SZ")'

# pods_gone: no container and no unknown call is left of the pods.
pods_gone() {
  test -z "$(podman_here ps --all --quiet --filter name=bigflow-ci-pod)" &&
    ! grep 'unknown call' "$CI_WORK/kubernetes.log"
}

check_pods() {
  local line=$1 conf='{"asked": "it'\''s {{ 7 * 7 }} \"so\""}' runtime
  check "Airflow $line runs the pods of hello, whose time has come" pods_run "$line" dev hello --scheduled
  runtime=$(pods_field "$line" hello "$PODS_RUNTIME")
  check "their log is in Airflow's" pods_logged "$line" hello say_hello 'Hello, World! This is environment dev.'
  check "the pods know the time of the run" pods_logged "$line" hello say_goodbye \
    "Goodbye from the run for ${runtime%T*}."
  check "Airflow $line says that a failing job failed" pods_run "$line" pods pods --state failed --conf "$conf"
  runtime=$(pods_field "$line" pods "$PODS_RUNTIME")
  check "run, time, configuration, environment, secret and memory are in the container" \
    pods_logged "$line" pods tell "run id $(pods_field "$line" pods 'r["dag_run_id"]')" "runtime $runtime" \
    'conf {asked=it'\''s {{ 7 * 7 }} "so"}' 'project bigflow-ci' 'memory true' \
    "password $(printf %s "$PODS_PASSWORD" | sha256sum | cut -d' ' -f1)"
  check "the log says why, and the exit code" pods_logged "$line" pods fail 'This job was made to fail.' \
    "exit_code=1"
  check "no log has the secret" test -z \
    "$(grep --recursive --files-with-matches "$PODS_PASSWORD" "$CI_WORK/pods-$line" "$CI_WORK/airflow-$line/logs" "$CI_WORK/kubernetes.log" || true)"
  check "no pod is left" pods_gone
}
