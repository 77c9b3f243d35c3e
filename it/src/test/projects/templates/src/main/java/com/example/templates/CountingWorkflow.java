package com.example.templates;

import io.bigflow.beam.BeamTemplate;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Parameter;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.ToString;

/** Counts words on Dataflow, started from a template. */
public final class CountingWorkflow implements WorkflowDefinition {

  /** What each run says. */
  public interface CountOptions extends PipelineOptions {
    ValueProvider<String> getInput();

    void setInput(ValueProvider<String> input);

    ValueProvider<String> getOutput();

    void setOutput(ValueProvider<String> output);
  }

  static final Parameter<String> TEXTS = Parameter.text("texts").defaultsTo("target/texts");

  @Override
  public Workflow define(DefinitionContext context) {
    return Workflow.builder("counting")
        .schedule(Schedule.manual())
        .parameters(TEXTS)
        .task(
            Task.job(
                "count_words",
                BeamTemplate.of(
                        (pipeline, declared) -> {
                          CountOptions options = pipeline.getOptions().as(CountOptions.class);
                          pipeline
                              .apply("Read", TextIO.read().from(options.getInput()))
                              .apply(Count.perElement())
                              .apply(ToString.elements())
                              .apply(TextIO.write().to(options.getOutput()).withoutSharding());
                        })
                    .configuredBy("counting")
                    .options(CountOptions.class)
                    .parameter(
                        "input",
                        Template.join(
                            Template.parameter(TEXTS), "/", Template.runtime("%Y-%m-%d"), ".txt"))
                    .parameter(
                        "output",
                        Template.join(
                            context.config().get("counting.output"),
                            Template.runtime("%Y%m%d")))))
        .build();
  }
}
