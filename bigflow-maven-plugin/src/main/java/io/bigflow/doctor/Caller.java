// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import io.bigflow.doctor.Cloud.Answer;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Who asks.
 *
 * @param source how messages name the source of the credentials after "the"
 * @param member {@code user:…} or {@code serviceAccount:…}, if it is known
 */
public record Caller(String source, Optional<String> member) {

  // The characters of RFC 5322, section 3.2.3, without quotes.
  private static final Pattern EMAIL =
      Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}");

  /**
   * Who holds a token. Of service accounts the source knows; of people Google is asked, since the
   * files of a login need not say, and may be about somebody else than the token.
   *
   * @param member what the source knows
   * @param email asks whose token it is
   */
  public static Caller of(String source, Optional<String> member, Supplier<Answer<String>> email) {
    if (member.isPresent() && !member.get().startsWith("user:")) {
      return new Caller(source, member);
    }
    return new Caller(
        source,
        email
            .get()
            .value()
            .filter(text -> EMAIL.matcher(text).matches())
            .map(
                text ->
                    (text.endsWith(".gserviceaccount.com") ? "serviceAccount:" : "user:") + text)
            .or(() -> member));
  }

  /** That a token was given. */
  public Finding finding() {
    String account =
        member
            .map(name -> name.substring(name.indexOf(':') + 1))
            .filter(email -> !source.contains(email))
            .map(email -> ", " + email)
            .orElse("");
    return Finding.ok("credentials", "a token was given to the " + source + account);
  }
}
