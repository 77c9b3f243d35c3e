// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dataflow;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A job as Dataflow tells of it.
 *
 * @param place where it runs
 * @param id its id
 * @param state {@code running}, {@code draining}, {@code failed} …: Dataflow's word in lower case
 * @param since when it came into that state; null if Dataflow does not say
 * @param image the start of the digest of the image that started it, in hexadecimal digits; null if
 *     that was no image, or the job is not BigFlow's
 * @param version the version of the project that started it, in the characters that a label may
 *     have; null if the job is not BigFlow's
 */
public record DataflowJob(
    DataflowPlace place,
    String id,
    String state,
    @Nullable Instant since,
    @Nullable String image,
    @Nullable String version) {

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,200}");
  private static final Pattern STATE = Pattern.compile("[a-z ]{1,40}");
  private static final Pattern IMAGE = Pattern.compile("[0-9a-f]{12,64}");
  private static final Pattern VERSION = Pattern.compile("[a-z0-9_-]{1,63}");
  private static final String DIGEST = "@sha256:";
  private static final Set<String> ENDED =
      Set.of("done", "failed", "cancelled", "updated", "drained");

  /** Refuses an id or a state that is none; leaves out labels that are not BigFlow's. */
  public DataflowJob {
    if (!ID.matcher(id).matches() || !STATE.matcher(state).matches()) {
      throw new IllegalArgumentException("no job");
    }
    image = image == null || !IMAGE.matcher(image).matches() ? null : image;
    version = version == null || !VERSION.matcher(version).matches() ? null : version;
  }

  /** Whether it will do nothing more. */
  public boolean hasEnded() {
    return ENDED.contains(state);
  }

  /**
   * Whether an image started it; empty if it does not tell which one did.
   *
   * @param pinned {@code repository@sha256:…}
   */
  public Optional<Boolean> isOf(String pinned) {
    int digest = pinned.indexOf(DIGEST);
    return digest < 0
        ? Optional.empty()
        : Optional.ofNullable(image).map(pinned.substring(digest + DIGEST.length())::startsWith);
  }

  /** Its page in Google's console. */
  public String link() {
    return "https://console.cloud.google.com/dataflow/jobs/"
        + place.region()
        + "/"
        + id
        + "?project="
        + place.project();
  }
}
