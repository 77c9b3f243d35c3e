package ${package}.portevents;

import com.google.api.services.bigquery.model.TableRow;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryHelpers;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessage;

/**
 * A message that is in no table, for the dead-letter topic: with its own payload and attributes, so
 * that publishing it again is a new try, and why it is there.
 */
final class DeadLetter {

  /** Attribute: one of {@link Reason}. */
  static final String REASON = "dead_letter_reason";

  /** Attribute: what is wrong, in words. */
  static final String DETAIL = "dead_letter_detail";

  /** Attribute: the id that the message had when it was read. */
  static final String MESSAGE_ID = "dead_letter_message_id";

  /**
   * Attribute: {@code true} if the message has so many attributes that these found no room. Payload
   * and attributes are in the payload then, as {@link #pack} writes them.
   */
  static final String PACKED = "dead_letter_packed";

  /** Why a message is in no table. */
  enum Reason {
    /** No attribute names a table that was there when the pipeline started. */
    UNKNOWN_TABLE,
    /** The payload is no JSON object, or one that cannot be sent. */
    UNDECODABLE,
    /** BigQuery did not take the row. */
    REJECTED
  }

  // https://cloud.google.com/pubsub/quotas#resource_limits
  private static final int MOST_ATTRIBUTES = 100;
  private static final int LONGEST_VALUE = 1024;
  private static final int OWN_ATTRIBUTES = 4;

  private DeadLetter() {}

  static PubsubMessage of(PubsubMessage message, Reason reason, String detail) {
    Map<String, String> attributes = new TreeMap<>();
    byte[] payload = message.getPayload();
    if (message.getAttributeMap().size() <= MOST_ATTRIBUTES - OWN_ATTRIBUTES) {
      attributes.putAll(message.getAttributeMap());
    } else {
      attributes.put(PACKED, "true");
      payload = BigQueryHelpers.toJsonString(pack(message)).getBytes(StandardCharsets.UTF_8);
    }
    attributes.put(REASON, reason.name());
    attributes.put(DETAIL, cut(detail));
    attributes.put(MESSAGE_ID, message.getMessageId());
    return new PubsubMessage(payload, attributes);
  }

  /** The message in the form in which Beam keeps it beside its row, for the case of a rejection. */
  static TableRow pack(PubsubMessage message) {
    return new TableRow()
        .set("payload", Base64.getEncoder().encodeToString(message.getPayload()))
        .set("attributes", new TreeMap<>(message.getAttributeMap()))
        .set("message_id", message.getMessageId());
  }

  static PubsubMessage unpack(TableRow packed) {
    Map<String, String> attributes = new TreeMap<>();
    ((Map<?, ?>) packed.get("attributes"))
        .forEach((name, value) -> attributes.put((String) name, (String) value));
    return new PubsubMessage(
        Base64.getDecoder().decode((String) packed.get("payload")),
        attributes,
        (String) packed.get("message_id"));
  }

  /** As many whole characters as the value of an attribute may have. */
  private static String cut(String text) {
    CharsetEncoder encoder =
        StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_VALUE);
    encoder.encode(CharBuffer.wrap(text), bytes, true);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }
}
