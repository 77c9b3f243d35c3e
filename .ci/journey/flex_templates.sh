# shellcheck shell=bash
# Flex templates: what Dataflow does with the deployed image when it starts one. A stand-in for Google's launcher
# (.ci/servers/template-launcher.go) lies where Google's images have theirs; its options are made of what Airflow
# rendered for the task, and of the template that is deployed.
#
#   add_flex_template      before the build of $PROJECT: a workflow, and the launcher in its image. Sets LAUNCHER,
#                          the arguments of Maven that make it executable
#   check_launches FILE    after the deployment: starts the image as FILE, lines of check_dags.py, says
#
# Uses check, json, GCS_ENDPOINT, PROJECT and CI_WORK of the journey.

add_flex_template() {
  local launcher=/opt/google/dataflow/java_template_launcher
  mkdir -p "$PROJECT/src/main/jib/opt/google/dataflow"
  CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$PROJECT/src/main/jib$launcher" .ci/servers/template-launcher.go
  LAUNCHER=("-Djib.extraDirectories.permissions=$launcher=755")
  cat >"$PROJECT/src/main/java/com/example/ReportingWorkflow.java" <<'END'
package com.example;

import io.bigflow.beam.BeamTemplate;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;

/** Its pipeline differs between runs. */
public final class ReportingWorkflow implements WorkflowDefinition {

  /** What each run says. */
  public interface ReportOptions extends PipelineOptions {
    String getDay();

    void setDay(String day);

    boolean isGrouped();

    void setGrouped(boolean grouped);
  }

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("reporting")
        .schedule(Schedule.manual())
        .task(
            Task.job(
                "report",
                BeamTemplate.of((pipeline, declared) -> report(pipeline))
                    .configuredBy("counting")
                    .options(ReportOptions.class)
                    .parameter("day", Template.runtime("%Y-%m-%d"))
                    .parameter("grouped", "true")
                    .flex()))
        .build();
  }

  private static void report(Pipeline pipeline) {
    ReportOptions run = pipeline.getOptions().as(ReportOptions.class);
    PCollection<String> days = pipeline.apply("Day", Create.of(run.getDay()));
    if (run.isGrouped()) {
      days.apply(WithKeys.of("")).apply("Only when it is grouped", GroupByKey.create());
    }
  }
}
END
}

# launch_options FILE TARGET: a JSON array of what Google's launcher passes on.
launch_options() {
  python3 - "$@" "$GCS_ENDPOINT" <<'END'
import json, sys, urllib.parse, urllib.request
rendered, target, gcs = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
task = next(task for task in map(json.loads, open(rendered)) if task["task_id"] == "report")
fields = task["fields"]
launch = fields["body"]["launchParameter"]
bucket, name = launch["containerSpecGcsPath"].removeprefix("gs://").split("/", 1)
address = f"{gcs}/storage/v1/b/{bucket}/o/{urllib.parse.quote(name, safe='')}?alt=media"
spec = json.loads(opener.open(address, timeout=60).read())
named = {parameter["name"] for parameter in spec["metadata"]["parameters"]}
assert set(launch["parameters"]) == named, (launch["parameters"], named)
assert launch["parameters"]["bigflowImage"] == spec["image"], spec
assert spec["sdkInfo"] == {"language": "JAVA"}, spec
environment = launch["environment"]
said = {
    "runner": "DataflowRunner",
    "project": fields["project_id"],
    "region": fields["location"],
    "jobName": launch["jobName"],
    "stagingLocation": environment["stagingLocation"],
    "tempLocation": environment["tempLocation"],
    "serviceAccount": environment["serviceAccountEmail"],
    "labels": json.dumps(environment["additionalUserLabels"], indent=3),
    "templateLocation": target,
    # Only because this is not Google's server.
    "gcsEndpoint": f"{gcs}/storage/v1/",
    "credentialFactoryClass": "org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory",
} | launch["parameters"]
print(json.dumps([f"--{key}={value}" for key, value in said.items()]))
END
}

launched() { # launched FILE TARGET [OPTION...]: with options of run_image.sh; the pipeline is where Dataflow reads it
  local options file=$1 target=$2 image
  shift 2
  options=$(launch_options "$file" "$target") || return 1
  image=$(json "$PROJECT/target/operators/dags.json" 'j["image"]')
  if ! .ci/servers/run_image.sh -m 1g -e "LAUNCH_OPTIONS=$options" "$@" "$image" >"$CI_WORK/launched.log" 2>&1; then
    cat "$CI_WORK/launched.log"
    return 1
  fi
  python3 - "$GCS_ENDPOINT" "$target" "$image" "$options" <<'END'
import json, sys, urllib.parse, urllib.request
gcs, target, image, options = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def content(address):
    bucket, name = address.removeprefix("gs://").split("/", 1)
    path = f"{gcs}/storage/v1/b/{bucket}/o/{urllib.parse.quote(name, safe='')}?alt=media"
    return opener.open(path, timeout=60).read()
said = dict(option.removeprefix("--").split("=", 1) for option in json.loads(options))
job = json.loads(content(target))
made = job["environment"]["sdkPipelineOptions"]["options"]
labels = json.loads(said["labels"])
print(job["name"], job["labels"], made["pipelineUrl"])
sys.exit(
    job["name"] != said["jobName"]
    or made["sdkContainerImage"] != image
    or made["filesToStage"] != []
    or made["serviceAccount"] != "workers@bigflow-ci.iam.gserviceaccount.com"
    or made["day"] != said["day"]
    or not labels.items() <= job["labels"].items()
    or job["labels"]["bigflow-image"] != image.split("@sha256:")[1][:32]
    or not made["pipelineUrl"].startswith(said["stagingLocation"] + "/")
    or b"Only when it is grouped" not in content(made["pipelineUrl"])
)
END
}

check_launches() {
  check "Dataflow starts the image, and finds the pipeline of a Flex template" \
    launched "$1" gs://bigflow-ci-dataflow/launches/1/job_object
  check "so it does with the launcher in the place of the image's own start" \
    launched "$1" gs://bigflow-ci-dataflow/launches/2/job_object -x /opt/google/dataflow/java_template_launcher
}
