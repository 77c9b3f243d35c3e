// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import io.bigflow.image.BaseImage;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Tells what went wrong inside jib-maven-plugin. Its own exceptions live in another class loader,
 * so they are known by name.
 */
final class JibFailures {

  private JibFailures() {}

  static BigflowException translate(Exception failure, String base) {
    List<Throwable> causes = causes(failure);
    String said = said(causes);
    String otherBase =
        "-D"
            + BaseImage.PARAMETER
            + "=jdk (made from the JDK of this machine, without any registry) or -D"
            + BaseImage.PARAMETER
            + "=tar:FILE";
    Problem problem;
    if (said.contains("offline mode")) {
      problem =
          problem(
              "The base image is not in Jib's cache, and Maven is offline",
              base,
              "Build once without --offline, or use " + otherBase);
    } else if (has(causes, UnknownHostException.class)
        || has(causes, ConnectException.class)
        || has(causes, NoRouteToHostException.class)
        || has(causes, SocketTimeoutException.class)) {
      problem =
          problem(
              "The registry of the base image cannot be reached: " + said,
              base,
              "Check the network and the <proxies> of settings.xml, name a registry within reach"
                  + " with "
                  + BaseImage.PARAMETER
                  + ", or use "
                  + otherBase);
    } else if (named(causes, "RegistryUnauthorizedException")
        || named(causes, "RegistryAuthenticationFailedException")
        || named(causes, "RegistryCredentialsNotSentException")) {
      problem =
          problem(
              "The registry of the base image refused access: " + said,
              base,
              "Log in with `docker login` or `gcloud auth configure-docker`, or give <from><auth> in"
                  + " the configuration of jib-maven-plugin, or a <server> in settings.xml whose id"
                  + " is the registry's host");
    } else if (has(causes, SSLException.class) || named(causes, "InsecureRegistryException")) {
      problem =
          problem(
              "The registry of the base image cannot be trusted: " + said,
              base,
              "Add its certificate authority to the JDK's cacerts with `keytool -importcert`");
    } else if (said.contains("No space left on device")) {
      problem = problem("The disk is full: " + said, base, "Make room, then build again");
    } else {
      problem =
          problem(
              "jib-maven-plugin could not build the image: " + said,
              "the image of this project, on " + base,
              "Mend what Jib says; `mvn -e` shows where it failed");
    }
    return BigflowException.of(problem, failure);
  }

  private static Problem problem(String what, String where, String fix) {
    return Problem.of(what, where, fix);
  }

  /** The deepest message that says something, without what must not be shown. */
  private static String said(List<Throwable> causes) {
    String said = "";
    for (Throwable cause : causes) {
      String message = cause.getMessage();
      if (message != null && !message.isBlank() && !said.contains(message)) {
        said = said.isEmpty() ? message : said + "; " + message;
      }
    }
    return said.replaceAll("(?i)((?:token|password)=)[^&\\s;]+", "$1…").strip();
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = failure; t != null && !causes.contains(t); t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  private static boolean has(List<Throwable> causes, Class<? extends Throwable> type) {
    return causes.stream().anyMatch(type::isInstance);
  }

  private static boolean named(List<Throwable> causes, String simpleName) {
    return causes.stream().anyMatch(cause -> cause.getClass().getSimpleName().equals(simpleName));
  }
}
