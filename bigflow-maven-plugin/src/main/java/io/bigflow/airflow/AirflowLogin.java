// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import java.util.function.Supplier;

/** How a client of Airflow's API proves who it is. No form of it shows a secret. */
public sealed interface AirflowLogin {

  /** How messages name it, for example {@code user 'ci'}. */
  String name();

  /** For an Airflow that lets everybody in. */
  static AirflowLogin none() {
    return new None();
  }

  /**
   * A token, as Cloud Composer wants it: an OAuth access token of scope {@code
   * https://www.googleapis.com/auth/cloud-platform}.
   *
   * @param token asked for each request, so that it can be renewed in time
   */
  static AirflowLogin bearer(Supplier<String> token) {
    return new Bearer(token);
  }

  /**
   * An ID token, as the Identity-Aware Proxy before an old server wants it.
   *
   * @param token asked for each request, so that it can be renewed in time
   */
  static AirflowLogin idToken(Supplier<String> token) {
    return new IdToken(token);
  }

  /**
   * A user of Airflow itself. Airflow 2 gets them with each request (Basic); Airflow 3 gives a
   * token for them.
   *
   * @param password secret
   */
  static AirflowLogin user(String user, String password) {
    return new UserAndPassword(user, password);
  }

  /** No proof. */
  record None() implements AirflowLogin {
    @Override
    public String name() {
      return "no credentials";
    }
  }

  /**
   * A token.
   *
   * @param token gives it
   */
  record Bearer(Supplier<String> token) implements AirflowLogin {
    @Override
    public String name() {
      return "the access token";
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /**
   * A token for the Identity-Aware Proxy.
   *
   * @param token gives it
   */
  record IdToken(Supplier<String> token) implements AirflowLogin {
    @Override
    public String name() {
      return "the ID token";
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /**
   * A user of Airflow.
   *
   * @param user the name
   * @param password secret
   */
  record UserAndPassword(String user, String password) implements AirflowLogin {
    @Override
    public String name() {
      return "user '" + user + "'";
    }

    @Override
    public String toString() {
      return name();
    }
  }
}
