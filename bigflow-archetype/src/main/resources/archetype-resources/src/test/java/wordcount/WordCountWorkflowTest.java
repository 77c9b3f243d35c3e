package ${package}.wordcount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordCountWorkflowTest {
  @TempDir private Path directory;
  private Path output;
  private WorkflowTester wordcount;

  @BeforeEach
  void writeIntoTheTemporaryDirectory() {
    output = directory.resolve("counts.txt");
    wordcount =
        WorkflowTester.of(new WordCountWorkflow()).config("wordcount.output", output.toString());
  }

  @Test
  void countsWordsWhateverTheirCase() throws IOException {
    Path input = Files.writeString(directory.resolve("input.txt"), "The ship,\nthe SHIP: a Łódź!");

    wordcount.config("wordcount.input", input.toString()).run();

    assertThat(Files.readAllLines(output))
        .containsExactlyInAnyOrder("the: 2", "ship: 2", "a: 1", "łódź: 1");
  }

  @Test
  void countsTheTextOfThisProjectAndOverwritesWhatWasThere() throws IOException {
    Files.writeString(output, "counts of an earlier try");

    wordcount.run();

    assertThat(Files.readAllLines(output)).contains("harbour: 6").hasSizeGreaterThan(50);
  }

  @Test
  void runsWhereTheEnvironmentSays() {
    wordcount.config("wordcount.beam.runner", "NoSuchRunner");

    assertThatThrownBy(wordcount::run)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("wordcount.beam.runner");
  }

  @Test
  void namesAnInputThatIsNotThere() {
    wordcount.config("wordcount.input", "classpath:wordcount/nothing.txt");

    assertThatThrownBy(wordcount::run)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("classpath:wordcount/nothing.txt");
  }
}
