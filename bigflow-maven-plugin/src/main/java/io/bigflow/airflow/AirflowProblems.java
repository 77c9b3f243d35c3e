// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import io.bigflow.http.ProxyRefusal;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a user is told when Airflow, or the way to it, fails. Never quotes what a server sent. */
final class AirflowProblems {
  private final URI base;
  private final AirflowLogin login;

  AirflowProblems(URI base, AirflowLogin login) {
    this.base = base;
    this.login = login;
  }

  /** An address that is none. */
  static BigflowException noAddress(String shown) {
    return BigflowException.of(
        Problem.of(
            "'" + shown + "' is not the address of an Airflow",
            "the address of Airflow",
            "Write the address of its web interface, without /api/v1 or /api/v2, for example"
                + " https://airflow.example.com; that of a Composer environment is printed by:"
                + " gcloud composer environments describe ENVIRONMENT --location=REGION"
                + " --format='value(config.airflowUri)'"));
  }

  /** Credentials would travel so that everybody on the way can read them. */
  BigflowException plainHttp() {
    return BigflowException.of(
        Problem.of(
                "Cannot use Airflow at '"
                    + base
                    + "': "
                    + login.name()
                    + " would travel over plain http",
                "the address of Airflow",
                "Use an address that begins with https; plain http is for 127.0.0.1 and localhost"
                    + " only")
            .see("airflow-denied"));
  }

  /** No answer came. */
  BigflowException unreachable(String action, String request, Exception cause) {
    return BigflowException.of(
        Problem.of(
                cannot(action) + "it cannot be reached (" + network(cause) + ")",
                request,
                "Check the address, the network and the proxy, then run the same command again")
            .see("airflow-unreachable"),
        cause);
  }

  /** A gateway or Airflow itself answered that it cannot serve now, until we gave up. */
  BigflowException busy(String action, String request, int status) {
    return BigflowException.of(
        Problem.of(
                cannot(action) + "it still answers " + status + " after all retries",
                request,
                status == 429
                    ? "Run the same command again in some minutes"
                    : "Check that Airflow's web server runs, then run the same command again")
            .see("airflow-unreachable"));
  }

  /** 401 and 403: servers do not agree on which of them means what. */
  BigflowException denied(String action, String request, int status) {
    return BigflowException.of(
        Problem.of(
                cannot(action) + "access is denied for " + login.name() + " (" + status + ")",
                request,
                deniedFix())
            .see("airflow-denied"));
  }

  private String deniedFix() {
    if (login instanceof AirflowLogin.Bearer) {
      return "Check that the account has roles/composer.user in the environment's project, and in"
          + " Airflow a role that reads DAGs, DAG runs and import errors, for example Op or Viewer";
    }
    if (login instanceof AirflowLogin.IdToken) {
      return "Check that bigflow.airflow.iapClientId is the OAuth client id of the proxy before"
          + " Airflow, that the account has roles/iap.httpsResourceAccessor there, and a role in"
          + " Airflow, for example Op";
    }
    if (login instanceof AirflowLogin.UserAndPassword) {
      return "Check the password, and that the user's role in Airflow reads DAGs, DAG runs and"
          + " import errors, for example Viewer. On Airflow 2, [api] auth_backends must name a"
          + " basic_auth backend";
    }
    return "Give credentials: this Airflow lets nobody in without them";
  }

  /** The token that we were given cannot be sent. */
  BigflowException unusableToken(String action) {
    return BigflowException.of(
        Problem.of(
                cannot(action)
                    + login.name()
                    + " is empty or has characters that a token cannot have",
                "the credentials for Airflow",
                "Check where it comes from, often a line end was copied with it")
            .see("airflow-denied"));
  }

  /** 404 for something that every Airflow of this line has. */
  BigflowException missing(String action, String request) {
    return BigflowException.of(
        Problem.of(
                cannot(action) + "there is no such thing (404)",
                request,
                "Check the address, and that the REST API is not switched off")
            .see("airflow-unreachable"));
  }

  /** Neither API is there. */
  BigflowException noApi() {
    return BigflowException.of(
        Problem.of(
                cannot("read the version") + "there is neither /api/v2 nor /api/v1 (404)",
                base.toString(),
                "Write the address of the web interface of Airflow 2 or 3, without /api/v1 or"
                    + " /api/v2, and check that the REST API is not switched off")
            .see("airflow-unreachable"));
  }

  /** A version that has another API. */
  BigflowException unknownVersion(AirflowVersion version) {
    return BigflowException.of(
        Problem.of(
                cannot("read the version") + "it says '" + version + "'",
                base.toString(),
                "Use Airflow 2 or 3")
            .see("airflow-unreachable"));
  }

  /**
   * Redirects are not followed, for the credentials would go along.
   *
   * @param target where to, without the query, which may hold secrets
   */
  BigflowException redirected(String action, String request, int status, String target) {
    return BigflowException.of(
        Problem.of(
                cannot(action) + "it redirects to '" + target + "' (" + status + ")",
                request,
                "If that is a login page, the address is guarded by something that does not accept "
                    + login.name()
                    + "; if it is the same place, write the address as it is there")
            .see("airflow-denied"));
  }

  /**
   * Something that is not Airflow's API answered, often a login page.
   *
   * @param contentType what it says it sent
   */
  BigflowException garbage(String action, String request, String contentType) {
    return BigflowException.of(
        Problem.of(
                cannot(action)
                    + "the answer is not that of Airflow's API ("
                    + (contentType.isEmpty() ? "no content type" : contentType)
                    + ")",
                request,
                "Check the address; if a proxy or a login page stands before Airflow, it must let "
                    + login.name()
                    + " pass")
            .see("airflow-denied"));
  }

  /** 407. */
  BigflowException proxyDenied(String action, String request, ProxyRefusal refusal) {
    return BigflowException.of(
        Problem.of(cannot(action) + refusal.getMessage(), request, refusal.fix())
            .see("proxy-login"));
  }

  /** Any other status. */
  BigflowException refused(String action, String request, int status) {
    return BigflowException.of(
        Problem.of(
                cannot(action) + "it answers " + status,
                request,
                status >= 500
                    ? "See the log of Airflow's web server for the reason"
                    : "This BigFlow and this Airflow may not fit: use Airflow 2.9 to 3.x")
            .see("airflow-unreachable"));
  }

  /**
   * Airflow does not start a run, or change a DAG.
   *
   * @param detail Airflow's reason; may be empty
   */
  BigflowException runRefused(String dagId, int status, String detail) {
    return BigflowException.of(
        Problem.of(
                "Airflow at '"
                    + base
                    + "' refused the request for DAG '"
                    + dagId
                    + "' ("
                    + status
                    + ")"
                    + (detail.isEmpty() ? "" : ": " + detail),
                base + ", DAG '" + dagId + "'",
                status == 404
                    ? "See which DAGs Airflow knows with: mvn bigflow:status"
                    : "Compare what you gave with the parameters that the DAG has: mvn"
                        + " bigflow:status shows import errors, Airflow's page its parameters")
            .see("trigger-refused"));
  }

  /** The id, or on the day another run of the same logical date, is taken. */
  BigflowException runExists(String dagId, String runId, boolean byId) {
    return BigflowException.of(
        Problem.of(
                byId
                    ? "DAG '" + dagId + "' has a run '" + runId + "' already"
                    : "DAG '" + dagId + "' has a run for this time already",
                byId ? "bigflow.runId" : "bigflow.runtime",
                byId
                    ? "Choose another id, or leave it out: each run then gets one of its own"
                    : "Clear that run in Airflow to repeat it, or choose another time")
            .see("trigger-refused"));
  }

  /** The build was stopped. */
  BigflowException interrupted(String action, Throwable cause) {
    return BigflowException.of(
        Problem.of(cannot(action) + "interrupted", "", "Run the same command again"), cause);
  }

  private String cannot(String action) {
    return "Cannot " + action + " of Airflow at '" + base + "': ";
  }

  private static String network(Exception cause) {
    if (cause instanceof SocketTimeoutException) {
      return "no answer in time";
    }
    Throwable root = cause;
    boolean isRefused = false;
    for (int i = 0; i < 20 && root.getCause() != null && !(root instanceof SSLException); i++) {
      isRefused |= root instanceof ConnectException;
      root = root.getCause();
    }
    if (root instanceof UnknownHostException) {
      return "the host is unknown";
    }
    if (isRefused || root instanceof ConnectException) {
      return "no connection is accepted";
    }
    @Nullable String text = root.getMessage();
    return text == null ? root.getClass().getSimpleName() : text.replaceAll("\\s+", " ");
  }
}
