// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.maven.plugin.MojoExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JibFailuresTest {

  /** Has the name that Jib's exception has in its own class loader. */
  private static final class RegistryUnauthorizedException extends Exception {
    private static final long serialVersionUID = 1L;

    RegistryUnauthorizedException(String message) {
      super(message);
    }
  }

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(
            new IOException("Cannot run Jib in offline mode; base:1 not found in local Jib cache"),
            "Maven is offline",
            "Build once without --offline"),
        Arguments.of(new UnknownHostException("example.invalid"), "cannot be reached", "<proxies>"),
        Arguments.of(new ConnectException("refused"), "cannot be reached", "=jdk"),
        Arguments.of(
            new RegistryUnauthorizedException("Unauthorized for example.com/base"),
            "refused access",
            "<from><auth>"),
        Arguments.of(new SSLHandshakeException("PKIX"), "cannot be trusted", "keytool"),
        Arguments.of(new IOException("No space left on device"), "disk is full", "Make room"),
        Arguments.of(new IOException("extra directory is missing"), "could not build", "mvn -e"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void causeDecidesTheWording(Exception cause, String what, String fix) {
    String text =
        JibFailures.translate(
                new MojoExecutionException("Building image tarball failed", cause), "base:1")
            .getMessage();

    assertThat(text).contains(what, fix, "base:1");
  }

  @Test
  void tokensInJibsMessagesAreNotShown() {
    String text =
        JibFailures.translate(
                new MojoExecutionException("no token; parameters: refresh_token=abc&password=d"),
                "base:1")
            .getMessage();

    assertThat(text).contains("refresh_token=…").doesNotContain("abc", "password=d");
  }
}
