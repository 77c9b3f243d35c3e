// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The service accounts that stand between an identity and the one it acts as. Each may act as the
 * next.
 *
 * @param delegates in the order in which they are asked; usually none
 * @param target whose tokens are used in the end
 */
public record ImpersonationChain(List<String> delegates, String target) {

  /** The name of the parameter. */
  public static final String PARAMETER = "bigflow.impersonateServiceAccount";

  // NAME@PROJECT.iam.gserviceaccount.com, those of Compute Engine and App Engine
  // (developer.gserviceaccount.com, appspot.gserviceaccount.com), and those of projects that
  // belong to a domain.
  // https://cloud.google.com/iam/docs/service-account-types
  private static final Pattern EMAIL =
      Pattern.compile("[A-Za-z0-9._-]{1,64}@([A-Za-z0-9-]{1,63}\\.){1,9}gserviceaccount\\.com");

  /** Copies the list. */
  public ImpersonationChain {
    delegates = List.copyOf(delegates);
  }

  /**
   * The value of the parameter.
   *
   * @param text email addresses, separated by commas: delegates first, the target last
   */
  public static ImpersonationChain parse(String text) {
    List<String> accounts = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    for (String account : accounts) {
      if (!EMAIL.matcher(account).matches()) {
        throw BigflowException.of(
            Problem.of(
                "'" + account + "' is not the email address of a service account",
                PARAMETER,
                "Write NAME@PROJECT.iam.gserviceaccount.com; with delegates, separate them by"
                    + " commas, the account to act as last"));
      }
    }
    int last = accounts.size() - 1;
    return new ImpersonationChain(accounts.subList(0, last), accounts.get(last));
  }

  /** All accounts, the target last. */
  List<String> accounts() {
    List<String> accounts = new ArrayList<>(delegates);
    accounts.add(target);
    return accounts;
  }

  /** The first accounts of the chain alone. */
  ImpersonationChain first(int length) {
    return new ImpersonationChain(delegates.subList(0, length - 1), accounts().get(length - 1));
  }

  /** As the parameter spells it. */
  @Override
  public String toString() {
    return String.join(",", accounts());
  }
}
