// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The service account as which a job acts on Google Cloud, instead of the one that its pod has.
 *
 * <p>The pod's account needs {@code roles/iam.serviceAccountTokenCreator} on the first account of
 * the chain, each delegate on the next one, the last delegate on the target; without delegates the
 * pod's account needs it on the target.
 *
 * @param target the account as which the job acts
 * @param delegates the accounts in between, the pod's neighbour first; usually none
 */
public record Impersonation(String target, List<String> delegates) {

  /**
   * The key of job configuration with the accounts of an environment, in the form of {@link
   * #toString}.
   */
  public static final String KEY = "bigflow.impersonateServiceAccount";

  /** How the accounts are written, for a user's eyes. */
  public static final String FORM =
      "e-mail address of a service account such as jobs@my-project.iam.gserviceaccount.com, or"
          + " several with commas between them, each once: delegates first, the account to act as"
          + " last";

  // Accounts of users, those of a project's services (…@developer.gserviceaccount.com) and those of
  // projects that belong to a domain (…@name.example.com.iam.gserviceaccount.com).
  private static final Pattern EMAIL =
      Pattern.compile("[a-z0-9][a-z0-9._-]*@([a-z0-9][a-z0-9-]*\\.)+gserviceaccount\\.com");

  /**
   * Checks the accounts.
   *
   * @throws ConfigurationException if one is not the e-mail address of a service account, or stands
   *     in the chain twice
   */
  public Impersonation {
    delegates = List.copyOf(delegates);
    Set<String> seen = new HashSet<>();
    for (String account : chain(delegates, target)) {
      if (!EMAIL.matcher(account).matches()) {
        throw new ConfigurationException(
            "'" + account + "' is not a service account. Write the " + FORM + ".");
      }
      if (!seen.add(account)) {
        throw new ConfigurationException(
            "'"
                + account
                + "' stands twice in the chain of service accounts. Write the "
                + FORM
                + ".");
      }
    }
  }

  /**
   * A chain of accounts.
   *
   * @param accounts the delegates, if any, then the target
   * @throws ConfigurationException if there is none, or one is not a service account
   */
  public static Impersonation of(List<String> accounts) {
    if (accounts.isEmpty()) {
      throw new ConfigurationException("No service account is named. Write the " + FORM + ".");
    }
    int last = accounts.size() - 1;
    return new Impersonation(accounts.get(last), accounts.subList(0, last));
  }

  /**
   * Reads the text form, in which blanks around the accounts do not count.
   *
   * @param text for example {@code
   *     delegate@p.iam.gserviceaccount.com,jobs@q.iam.gserviceaccount.com}
   * @throws ConfigurationException if that is not such a text
   */
  public static Impersonation parse(String text) {
    return of(Arrays.stream(text.split(",", -1)).map(String::strip).toList());
  }

  /**
   * Who a job acts as: what an {@link ImpersonatingJob} says, else what its task says, else what
   * the workflow says, else what the environment says. Empty if nobody names an account, or the
   * nearest one takes it back.
   *
   * @throws ConfigurationException if the environment names something else than service accounts
   */
  public static Optional<Impersonation> of(Task task, Workflow workflow, JobConfig config) {
    Optional<List<String>> stated = stated(task, workflow);
    return stated.isPresent()
        ? stated.filter(accounts -> !accounts.isEmpty()).map(Impersonation::of)
        : config.find(KEY, Impersonation.class);
  }

  /** What code says: a chain, an empty list that takes back the environment's, or nothing. */
  public static Optional<List<String>> stated(Task task, Workflow workflow) {
    Optional<List<String>> ofJob =
        task instanceof JobTask jobTask && jobTask.job() instanceof ImpersonatingJob job
            ? job.impersonatedServiceAccounts()
            : Optional.empty();
    return ofJob.or(task::impersonatedServiceAccounts).or(workflow::impersonatedServiceAccounts);
  }

  /** Checks what code states: nothing, or a chain. */
  static List<String> stated(String... accounts) {
    List<String> stated = List.of(accounts);
    return stated.isEmpty() ? stated : of(stated).accounts();
  }

  /** The delegates, then the target. */
  public List<String> accounts() {
    return chain(delegates, target);
  }

  private static List<String> chain(List<String> delegates, String target) {
    List<String> all = new ArrayList<>(delegates);
    all.add(target);
    return List.copyOf(all);
  }

  /**
   * The accounts with commas between them and no blanks, the target last: what {@link #parse}
   * reads, and Beam's option {@code --impersonateServiceAccount} as well.
   */
  @Override
  public String toString() {
    return String.join(",", accounts());
  }
}
