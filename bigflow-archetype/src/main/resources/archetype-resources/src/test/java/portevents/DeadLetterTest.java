package ${package}.portevents;

import static org.assertj.core.api.Assertions.assertThat;

import ${package}.portevents.DeadLetter.Reason;
import com.google.api.services.bigquery.model.TableRow;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryHelpers;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessage;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private static final byte[] PAYLOAD = {0, (byte) 0xFF, '{'};

  @Test
  void keepsPayloadAndAttributesAndSaysWhy() {
    PubsubMessage message = new PubsubMessage(PAYLOAD, Map.of("a", "b"), "7");

    PubsubMessage letter = DeadLetter.of(message, Reason.REJECTED, "invalid: crew");

    assertThat(letter.getPayload()).isEqualTo(PAYLOAD);
    assertThat(letter.getAttributeMap())
        .containsOnly(
            Map.entry("a", "b"),
            Map.entry("dead_letter_reason", "REJECTED"),
            Map.entry("dead_letter_detail", "invalid: crew"),
            Map.entry("dead_letter_message_id", "7"));
  }

  @Test
  void cutsTheDetailBetweenCharacters() {
    PubsubMessage letter =
        DeadLetter.of(
            new PubsubMessage(PAYLOAD, Map.of(), "7"), Reason.UNDECODABLE, "€".repeat(1_000));

    assertThat(letter.getAttribute("dead_letter_detail")).isEqualTo("€".repeat(341));
  }

  @Test
  void packsAMessageThatHasNoRoomForFurtherAttributes() {
    Map<String, String> attributes = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      attributes.put("attribute " + i, "ä\"" + i);
    }

    PubsubMessage letter =
        DeadLetter.of(new PubsubMessage(PAYLOAD, attributes, "7"), Reason.UNKNOWN_TABLE, "x");

    assertThat(letter.getAttributeMap()).hasSize(4).containsEntry("dead_letter_packed", "true");
    String packed = new String(letter.getPayload(), StandardCharsets.UTF_8);
    PubsubMessage message =
        DeadLetter.unpack(BigQueryHelpers.fromJsonString(packed, TableRow.class));
    assertThat(message.getPayload()).isEqualTo(PAYLOAD);
    assertThat(message.getAttributeMap()).isEqualTo(attributes);
    assertThat(message.getMessageId()).isEqualTo("7");
  }
}
