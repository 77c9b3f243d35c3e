// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import org.jspecify.annotations.Nullable;

/**
 * Keeps Jib from asking a public host for news while BigFlow runs it. Jib looks for a system
 * property only, which belongs to the whole of Maven, so the user's value comes back when the last
 * of several builds (-T) is done.
 */
final class UpdateCheckOff {

  private static final String PROPERTY = "jib.disableUpdateChecks";

  private static int running;
  private static @Nullable String usersValue;

  private UpdateCheckOff() {}

  /** Something that runs Jib. */
  interface Work<E extends Exception> {
    void run() throws E;
  }

  static <E extends Exception> void during(Work<E> work) throws E {
    enter();
    try {
      work.run();
    } finally {
      leave();
    }
  }

  private static synchronized void enter() {
    if (running++ == 0) {
      usersValue = System.getProperty(PROPERTY);
      System.setProperty(PROPERTY, "true");
    }
  }

  private static synchronized void leave() {
    if (--running > 0) {
      return;
    }
    if (usersValue == null) {
      System.clearProperty(PROPERTY);
    } else {
      System.setProperty(PROPERTY, usersValue);
    }
  }
}
