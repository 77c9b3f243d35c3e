package ${package}.wordcount;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes how often each word of a text occurs, as lines such as {@code ship: 3}. */
final class WordCountJob implements Job {
  private static final Logger LOG = LoggerFactory.getLogger(WordCountJob.class);
  private static final Pattern WORD = Pattern.compile("\\p{L}+");
  private static final String CLASSPATH = "classpath:";

  @Override
  public void execute(JobContext context) {
    WordCountConfig config = context.config().mapping(WordCountConfig.class);
    Pipeline pipeline = Pipeline.create(options(context));

    readLines(pipeline, config.input())
        .apply(
            "Split",
            FlatMapElements.into(TypeDescriptors.strings()).via((String line) -> words(line)))
        .apply("Count", Count.perElement())
        .apply(
            "Format",
            MapElements.into(TypeDescriptors.strings())
                .via(count -> count.getKey() + ": " + count.getValue()))
        .apply("Write", TextIO.write().to(config.output()).withoutSharding());

    PipelineResult result = pipeline.run();
    context.onCancel(() -> cancel(result));
    PipelineResult.State end = result.waitUntilFinish();
    if (end != PipelineResult.State.DONE) {
      throw new IllegalStateException("The pipeline ended in the state " + end);
    }
    LOG.info("Wrote the word counts of {} to {}", config.input(), config.output());
  }

  /** The DirectRunner works inside this job, and acts on Google Cloud as the job is to act. */
  static DirectOptions options(JobContext context) {
    String[] arguments =
        context.impersonation().stream()
            .map(accounts -> "--impersonateServiceAccount=" + accounts)
            .toArray(String[]::new);
    DirectOptions options = PipelineOptionsFactory.fromArgs(arguments).as(DirectOptions.class);
    // So that the job holds the result while the pipeline runs and can cancel it.
    options.setBlockOnRun(false);
    return options;
  }

  static List<String> words(String line) {
    return WORD.matcher(line.toLowerCase(Locale.ROOT)).results().map(MatchResult::group).toList();
  }

  private static PCollection<String> readLines(Pipeline pipeline, String input) {
    return input.startsWith(CLASSPATH)
        ? pipeline.apply("Read", Create.of(linesOf(input)).withCoder(StringUtf8Coder.of()))
        : pipeline.apply("Read", TextIO.read().from(input));
  }

  private static List<String> linesOf(String input) {
    String file = input.substring(CLASSPATH.length());
    try (InputStream text = WordCountJob.class.getClassLoader().getResourceAsStream(file)) {
      if (text == null) {
        throw new ConfigurationException(
            "wordcount.input is '" + input + "', but src/main/resources has no such file.");
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void cancel(PipelineResult result) {
    try {
      result.cancel();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
