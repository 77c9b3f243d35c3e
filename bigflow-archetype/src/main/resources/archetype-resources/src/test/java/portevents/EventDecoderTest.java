package ${package}.portevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ${package}.portevents.EventDecoder.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventDecoderTest {

  @Test
  void makesARow() throws UndecodableException {
    assertThat(
            EventDecoder.decode(bytes("{'ship': 'Ł', 'crew': 7, 'at': {'x': [1.5]}, 'no': null}")))
        .containsEntry("ship", "Ł")
        .containsEntry("crew", 7)
        .containsEntry("at", Map.of("x", List.of(1.5)))
        .containsEntry("no", null)
        .hasSize(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                 | No content",
        "ship               | Unrecognized token",
        "null               | the payload is null",
        "[1]                | Cannot deserialize",
        "{'ship': 'A        | Unexpected end-of-input",
        "{'a': 1} {'a': 2}  | Trailing token",
        "{'a': 1, 'a': 2}   | Duplicate field 'a'",
        "{'a': 1e400}       | a number is too large",
        "{'a': [1, null]}   | a null is among the elements",
        "{'a': {'b': '~'}}  | half of a surrogate pair",
        "{'a': {'~': 'b'}}  | Broken surrogate pair",
        "{'f': [1]}         | cannot be called f",
      })
  void refuses(String payload, String reason) {
    byte[] bytes = bytes(payload.replace("~", "\\ud800"));

    assertThatThrownBy(() -> EventDecoder.decode(bytes))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refusesBytesThatAreNoText() {
    assertThatThrownBy(() -> EventDecoder.decode(new byte[] {'{', '"', (byte) 0xC3, '(', '"'}))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void refusesWhatIsNestedWithoutEnd() {
    assertThatThrownBy(() -> EventDecoder.decode(bytes("{'a': " + "[".repeat(100_000))))
        .isInstanceOf(UndecodableException.class)
        .hasMessageContaining("nesting depth");
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
