package com.example.sales.wordcount;

import io.bigflow.beam.PipelineDefinition;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/** Writes how often each word of a text occurs, as lines such as {@code ship: 3}. */
final class CountWords implements PipelineDefinition {
  private static final Pattern WORD = Pattern.compile("\\p{L}+");
  private static final String CLASSPATH = "classpath:";

  @Override
  public void define(Pipeline pipeline, JobContext context) {
    WordCountConfig config = context.config().mapping(WordCountConfig.class);
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
    try (InputStream text = CountWords.class.getClassLoader().getResourceAsStream(file)) {
      if (text == null) {
        throw new ConfigurationException(
            "wordcount.input is '" + input + "', but src/main/resources has no such file.");
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
