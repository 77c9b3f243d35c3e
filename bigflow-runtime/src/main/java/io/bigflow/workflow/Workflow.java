// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph of tasks with a schedule. It becomes one Airflow DAG.
 *
 * <p>The builder accepts any value but null, and any account but those that are no service
 * accounts; the build checks all workflows of a project together and reports every problem at once.
 */
public final class Workflow {

  /** From here on intervals are counted if a workflow does not say otherwise. */
  public static final ZonedDateTime DEFAULT_START =
      ZonedDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  /** How long one try of a job may take if nobody says otherwise: 3 hours, as in Python BigFlow. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(3);

  private final Builder values;

  private Workflow(Builder values) {
    this.values = values;
  }

  /**
   * Starts a workflow.
   *
   * @param id unique within the project: letters, digits, {@code _} and {@code -}, starting with a
   *     letter, at most 63 characters
   */
  public static Builder builder(String id) {
    return new Builder(id);
  }

  /** The id within the project. */
  public String id() {
    return values.id;
  }

  /** The tasks, in the order in which they were declared. */
  public List<Task> tasks() {
    return List.copyOf(values.tasks);
  }

  /** What runs are triggered with, in the order of declaration. */
  public List<Parameter<?>> parameters() {
    return List.copyOf(values.parameters);
  }

  /** When runs start. */
  public Schedule schedule() {
    return values.schedule;
  }

  /** The first interval starts here, or empty if {@link #DEFAULT_START} applies. */
  public Optional<ZonedDateTime> start() {
    return Optional.ofNullable(values.start);
  }

  /** Whether intervals that passed before the deployment are run too. */
  public boolean catchup() {
    return values.catchup;
  }

  /** Whether a task waits for its own success in the run before. */
  public boolean dependsOnPast() {
    return values.dependsOnPast;
  }

  /** How many runs may be active at a time. */
  public int maxActiveRuns() {
    return values.maxActiveRuns;
  }

  /** The retry policy of jobs that have none of their own. */
  public RetryPolicy retry() {
    return values.retry;
  }

  /** The time limit of one try of jobs that have none of their own. */
  public Duration timeout() {
    return values.timeout;
  }

  /** The time limit of a whole run, if there is one. */
  public Optional<Duration> runTimeout() {
    return Optional.ofNullable(values.runTimeout);
  }

  /** The resources of jobs that have none of their own; empty leaves them to Composer. */
  public Optional<Resources> resources() {
    return Optional.ofNullable(values.resources);
  }

  /** The secrets of all jobs. */
  public List<Secret> secrets() {
    return List.copyOf(values.secrets);
  }

  /**
   * The accounts of {@link Builder#impersonateServiceAccount}, if they differ from the
   * environment's: the target last, or none if the jobs act as the account that their pods have.
   */
  public Optional<List<String>> impersonatedServiceAccounts() {
    return Optional.ofNullable(values.impersonated);
  }

  /** Tags by which Airflow's page filters. */
  public Set<String> tags() {
    return new LinkedHashSet<>(values.tags);
  }

  /** Who Airflow shows as the owner. */
  public Optional<String> owner() {
    return Optional.ofNullable(values.owner);
  }

  /** One line that Airflow shows with the DAG. */
  public Optional<String> description() {
    return Optional.ofNullable(values.description);
  }

  /** A text in Markdown that Airflow shows with the DAG. */
  public Optional<String> documentation() {
    return Optional.ofNullable(values.documentation);
  }

  @Override
  public String toString() {
    return "Workflow[" + id() + "]";
  }

  /** Gathers the parts of a workflow. */
  public static final class Builder {
    private final String id;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Parameter<?>> parameters = new ArrayList<>();
    private final List<Secret> secrets = new ArrayList<>();
    private final Set<String> tags = new LinkedHashSet<>();
    private Schedule schedule = Schedule.daily();
    private @Nullable ZonedDateTime start;
    private boolean catchup;
    private boolean dependsOnPast;
    private int maxActiveRuns = 1;
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private Duration timeout = DEFAULT_TIMEOUT;
    private @Nullable Duration runTimeout;
    private @Nullable Resources resources;
    private @Nullable List<String> impersonated;
    private @Nullable String owner;
    private @Nullable String description;
    private @Nullable String documentation;

    private Builder(String id) {
      this.id = Objects.requireNonNull(id, "The id of a workflow is null");
    }

    private Builder(Builder other) {
      this(other.id);
      tasks.addAll(other.tasks);
      parameters.addAll(other.parameters);
      secrets.addAll(other.secrets);
      tags.addAll(other.tags);
      schedule = other.schedule;
      start = other.start;
      catchup = other.catchup;
      dependsOnPast = other.dependsOnPast;
      maxActiveRuns = other.maxActiveRuns;
      retry = other.retry;
      timeout = other.timeout;
      runTimeout = other.runTimeout;
      resources = other.resources;
      impersonated = other.impersonated;
      owner = other.owner;
      description = other.description;
      documentation = other.documentation;
    }

    /** Adds tasks; their order of execution is what their {@link Task#after} says. */
    public Builder tasks(Task... more) {
      for (Task task : more) {
        task(task);
      }
      return this;
    }

    /** Adds a task; when it starts is what its {@link Task#after} says. */
    public Builder task(Task task) {
      tasks.add(Objects.requireNonNull(task, "A task of a workflow is null"));
      return this;
    }

    /** Adds tasks that run one after the other. */
    public Builder sequence(Task... more) {
      @Nullable Task previous = null;
      for (Task task : more) {
        Objects.requireNonNull(task, "A task of a workflow is null");
        Task next = previous == null ? task : task.after(previous.id());
        tasks.add(next);
        previous = next;
      }
      return this;
    }

    /**
     * What runs are triggered with. Those without a default need {@link Schedule#manual()}. A
     * workflow that declares none takes any JSON object.
     */
    public Builder parameters(Parameter<?>... more) {
      for (Parameter<?> parameter : more) {
        parameters.add(Objects.requireNonNull(parameter, "A parameter of a workflow is null"));
      }
      return this;
    }

    /** When runs start. Default: {@link Schedule#daily()}. */
    public Builder schedule(Schedule rhythm) {
      this.schedule = Objects.requireNonNull(rhythm, "The schedule of a workflow is null");
      return this;
    }

    /** The first interval starts here. Default: {@link Workflow#DEFAULT_START}. */
    public Builder start(ZonedDateTime firstInterval) {
      this.start = Objects.requireNonNull(firstInterval, "The start of a workflow is null");
      return this;
    }

    /** The first interval starts at midnight (UTC) of this day. */
    public Builder start(LocalDate firstDay) {
      Objects.requireNonNull(firstDay, "The start of a workflow is null");
      return start(firstDay.atStartOfDay(ZoneOffset.UTC));
    }

    /**
     * Whether intervals between the start and the deployment are run too. Default: false. If true,
     * the start must be stated.
     */
    public Builder catchup(boolean wanted) {
      this.catchup = wanted;
      return this;
    }

    /**
     * Whether a task waits for its own success in the run before. Default: false (Python BigFlow:
     * true, which lets one failed day stop all later ones).
     */
    public Builder dependsOnPast(boolean wanted) {
      this.dependsOnPast = wanted;
      return this;
    }

    /** How many runs may be active at a time. Default: 1. */
    public Builder maxActiveRuns(int limit) {
      this.maxActiveRuns = limit;
      return this;
    }

    /** The retry policy of jobs that have none of their own. Default: 3 retries, 60 s apart. */
    public Builder retry(RetryPolicy policy) {
      this.retry = Objects.requireNonNull(policy, "The retry policy of a workflow is null");
      return this;
    }

    /** The time limit of one try of jobs that have none of their own. Default: 3 hours. */
    public Builder timeout(Duration limit) {
      this.timeout = Objects.requireNonNull(limit, "The timeout of a workflow is null");
      return this;
    }

    /**
     * The time limit of a whole run, from its first task on: Airflow fails a run that takes longer,
     * and skips what is unfinished. For work that is worthless if it is late, or that must make
     * room for the next run. Default: none.
     */
    public Builder runTimeout(Duration limit) {
      this.runTimeout = Objects.requireNonNull(limit, "The run timeout of a workflow is null");
      return this;
    }

    /** The resources of jobs that have none of their own. Default: Composer's. */
    public Builder resources(Resources wanted) {
      this.resources = Objects.requireNonNull(wanted, "The resources of a workflow are null");
      return this;
    }

    /** Secrets that all jobs get. */
    public Builder secrets(Secret... wanted) {
      for (Secret secret : wanted) {
        secrets.add(Objects.requireNonNull(secret, "A secret of a workflow is null"));
      }
      return this;
    }

    /**
     * The service account as which the jobs act on Google Cloud, whatever the environment says; for
     * jobs that have none of their own. Default: what the job configuration has under {@value
     * Impersonation#KEY}.
     *
     * @param accounts the delegates, if any, then the account to act as; none at all: the jobs act
     *     as the account that their pods have
     * @throws ConfigurationException if one is not the e-mail address of a service account
     */
    public Builder impersonateServiceAccount(String... accounts) {
      for (String account : accounts) {
        Objects.requireNonNull(account, "A service account of a workflow is null");
      }
      this.impersonated = Impersonation.stated(accounts);
      return this;
    }

    /** Tags by which Airflow's page filters, besides {@code bigflow}. */
    public Builder tags(String... more) {
      return tags(Arrays.asList(more));
    }

    /** Tags by which Airflow's page filters, besides {@code bigflow}. */
    public Builder tags(Collection<String> more) {
      for (String tag : more) {
        tags.add(Objects.requireNonNull(tag, "A tag of a workflow is null"));
      }
      return this;
    }

    /** Who Airflow shows as the owner. Default: the project's artifact id. */
    public Builder owner(String name) {
      this.owner = Objects.requireNonNull(name, "The owner of a workflow is null");
      return this;
    }

    /** One line that Airflow shows with the DAG. */
    public Builder description(String line) {
      this.description = Objects.requireNonNull(line, "The description of a workflow is null");
      return this;
    }

    /** A text in Markdown that Airflow shows with the DAG. */
    public Builder documentation(String markdown) {
      this.documentation =
          Objects.requireNonNull(markdown, "The documentation of a workflow is null");
      return this;
    }

    /** The workflow. The builder can go on to be used for another one. */
    public Workflow build() {
      return new Workflow(new Builder(this));
    }
  }
}
