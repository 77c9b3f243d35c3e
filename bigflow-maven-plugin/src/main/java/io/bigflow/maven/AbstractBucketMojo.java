// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.airflow.AirflowLogin;
import io.bigflow.airflow.AirflowServer;
import io.bigflow.airflow.AirflowWatch;
import io.bigflow.airflow.HttpAirflowServer;
import io.bigflow.airflow.Timer;
import io.bigflow.bucket.BucketAmongOthers;
import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.DagBucket;
import io.bigflow.bucket.DirectoryDagBucket;
import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.composer.ComposerName;
import io.bigflow.control.StreamingTakeover;
import io.bigflow.control.Workflows;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.DagDirectory;
import io.bigflow.deploy.ActiveRunPolicy;
import io.bigflow.deploy.ActiveRuns;
import io.bigflow.deploy.DagDeployer;
import io.bigflow.deploy.DagEntry;
import io.bigflow.deploy.DagFiles;
import io.bigflow.deploy.DeployOptions;
import io.bigflow.deploy.DeployReport;
import io.bigflow.deploy.DriftPolicy;
import io.bigflow.deploy.Owner;
import io.bigflow.deploy.PreparedDeployment;
import io.bigflow.deploy.ReportText;
import io.bigflow.deploy.StreamingChanges;
import io.bigflow.gcp.GcsDagBucket;
import io.bigflow.gcp.GoogleComposerEnvironments;
import io.bigflow.gcp.StorageEndpoint;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageArchive;
import io.bigflow.image.ImageReference;
import io.bigflow.image.ImageRegistry;
import io.bigflow.image.LoginSource;
import io.bigflow.maven.image.ProjectRegistry;
import io.bigflow.maven.image.SettingsLogins;
import io.bigflow.maven.image.SettingsProxies;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.maven.plugins.annotations.Component;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.jspecify.annotations.Nullable;

/** The goals that look into the bucket, the registry and Airflow. */
abstract class AbstractBucketMojo extends AbstractTargetMojo {

  /**
   * Another address of Cloud Storage, such as that of an emulator. No credentials are sent over
   * plain HTTP. Default: the variable {@code STORAGE_EMULATOR_HOST}, else Google's.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.storage.endpoint")
  private @Nullable String storageEndpoint;

  /**
   * The parameters {@code bigflow.storage.*} as XML: {@code
   * <storage><endpoint>…</endpoint></storage>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> storage;

  /**
   * The parameters {@code bigflow.airflow.*} as XML: {@code <airflow><url>…</url></airflow>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> airflow;

  /**
   * The parameters {@code bigflow.deploy.*} as XML: {@code
   * <deploy><wait>true</wait><waitTimeout>…</waitTimeout><drift>…</drift></deploy>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> deploy;

  /**
   * The address of Airflow's web interface, as {@code gcloud composer environments describe} shows
   * it as {@code airflowUri}. With it, runs in progress are seen before a DAG is removed, and a
   * deployment can wait until Airflow has parsed it. Credentials are those of the {@code <server>}
   * in settings.xml whose id is the host; without one, a Composer environment gets those of Google.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.airflow.url")
  private @Nullable String airflowUrl;

  /**
   * The OAuth client id of the Identity-Aware Proxy that guards Airflow, as that of Composer 1 or
   * of a server of your own: {@code 1234-abc.apps.googleusercontent.com}. Airflow then gets an ID
   * token for it, made of the credentials in force, in place of an access token.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.airflow.iapClientId")
  private @Nullable String airflowIapClientId;

  /**
   * Who deploys: {@code local_account} (Application Default Credentials, else the user of gcloud),
   * {@code service_account} (a key file, workload identity federation, or the account of the
   * machine) or {@code vault} (a short-lived token that Vault gives). Default: {@code
   * local_account}, or {@code service_account} if {@code bigflow.keyFile} is set.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.authMethod")
  private @Nullable String authMethod;

  /**
   * The file of a service account: its key, or what {@code gcloud iam workload-identity-pools
   * create-cred-config} wrote. A relative path is relative to the project. Default: the variable
   * {@code GOOGLE_APPLICATION_CREDENTIALS}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.keyFile")
  private @Nullable String keyFile;

  /**
   * The service account to deploy as, whatever {@code bigflow.authMethod} is: its email address.
   * With delegates, they come first, separated by commas; each may act as the next.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.impersonateServiceAccount")
  private @Nullable String impersonateServiceAccount;

  /**
   * What gives an OAuth token in its field {@code data.token}, for example {@code
   * https://vault.example.com:8200/v1/gcp/roleset/deployer/token}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.endpoint")
  private @Nullable String vaultEndpoint;

  /**
   * How to log in to Vault: {@code token} (the variable {@code VAULT_TOKEN}, or the password of a
   * server in settings.xml), {@code approle} (the variables {@code VAULT_ROLE_ID} and {@code
   * VAULT_SECRET_ID}, or user name and password of a server), {@code jwt} (the variable {@code
   * VAULT_ID_TOKEN}, or a file) or {@code kubernetes} (the token of the pod). Default: {@code
   * token}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.login")
  private @Nullable String vaultLogin;

  /**
   * The role for a login with {@code jwt} or {@code kubernetes}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.role")
  private @Nullable String vaultRole;

  /**
   * Where the auth method is mounted in Vault, below {@code auth/}. Default: the name of the login.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.mount")
  private @Nullable String vaultMount;

  /**
   * The file with the JWT for {@code jwt} or {@code kubernetes}, read at each login. A relative
   * path is relative to the project.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.jwtFile")
  private @Nullable String vaultJwtFile;

  /**
   * The namespace in Vault. Default: none.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.namespace")
  private @Nullable String vaultNamespace;

  /**
   * A PEM file with the certificates that are trusted as Vault's: those of authorities, or its own.
   * A relative path is relative to the project. Default: what Java trusts.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.caCertificate")
  private @Nullable String vaultCaCertificate;

  /**
   * The id of the {@code <server>} in settings.xml that holds the login for Vault. Default: the
   * host of the endpoint, with its port or without.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.vault.server")
  private @Nullable String vaultServer;

  /**
   * The parameters {@code bigflow.vault.*} as XML: {@code <vault><endpoint>…</endpoint></vault>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> vault;

  /**
   * What happens when a DAG that would be removed has runs that are not over: {@code refuse} (do
   * not deploy), {@code wait} (for their end) or {@code force} (remove it; the rest of the runs
   * fails). Needs {@code bigflow.airflow.url}.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.activeRuns", defaultValue = "refuse")
  private String activeRuns;

  /**
   * How many seconds {@code -Dbigflow.activeRuns=wait} waits.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.activeRuns.timeout", defaultValue = "3600")
  private int activeRunsTimeout;

  /**
   * What happens to our DAG files that somebody edited by hand in the bucket: {@code overwrite}
   * (what was there is kept in the deployment's archive) or {@code refuse} (do not deploy).
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.deploy.drift", defaultValue = "overwrite")
  private String deployDrift;

  /**
   * How many seconds {@code -Dbigflow.deploy.wait} waits for Airflow.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.deploy.wait.timeout", defaultValue = "900")
  private int deployWaitTimeout;

  /**
   * Whether a deployment waits until Airflow has parsed this version of each DAG, and fails with
   * the stack trace if one cannot be imported. Needs {@code bigflow.airflow.url}. Recommended in
   * CI.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.deploy.wait", defaultValue = "false")
  private boolean deployWait;

  /**
   * Whether a deployment that changes workflows with streaming jobs triggers a run of each as soon
   * as Airflow has parsed it, so that this build takes over without waiting for the next run by
   * schedule. DAGs that are paused are left alone. Needs {@code bigflow.airflow.url}; {@code
   * bigflow.deploy.wait.timeout} counts here too.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.deploy.startStreaming", defaultValue = "false")
  private boolean deployStartStreaming;

  /**
   * How many past deployments are kept in the bucket, to go back to.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.history.kept", defaultValue = "100")
  private int historyKept;

  // Its successor @Inject needs Maven to scan classes, which Maven 3.8 cannot do for Java 17.
  @SuppressWarnings("deprecation")
  @Component
  private SettingsDecrypter decrypter;

  private @Nullable ProjectCredentials credentials;
  private @Nullable AirflowServer airflowServer;
  private @Nullable ComposerEnvironment lookedUp;

  /** Whose deployments these are. */
  final Owner owner() {
    return new Owner(project().getGroupId() + ":" + project().getArtifactId(), env());
  }

  // ---- where to

  /** The bucket, with those that templates are deployed to. */
  final DagBucket bucket() {
    return new BucketAmongOthers(ownBucket(), this::templateBucket);
  }

  private DagBucket ownBucket() {
    BucketLocation location = target();
    if (location instanceof BucketLocation.Directory directory) {
      return new DirectoryDagBucket(directory.path());
    }
    requireOnline("Looking into " + location);
    return GcsDagBucket.open(
        (BucketLocation.Gcs) location,
        storage(),
        gcpProject().orElse(null),
        credentials(),
        progress());
  }

  private DagBucket templateBucket(String name) {
    if (target() instanceof BucketLocation.Directory directory) {
      // What stands for one bucket stands for others, too.
      return new DirectoryDagBucket(directory.path().resolve("buckets").resolve(name));
    }
    BucketLocation.Gcs location = new BucketLocation.Gcs(name);
    requireOnline("Bringing templates to " + location);
    return GcsDagBucket.open(
        location,
        storage(),
        gcpProject().orElse(null),
        credentials(),
        progress(),
        "beam.stagingLocation");
  }

  private StorageEndpoint storage() {
    return StorageEndpoint.of(
        storageEndpoint().orElse(null), System.getenv("STORAGE_EMULATOR_HOST"));
  }

  /** The bucket: the one that is named, else that of the Composer environment. */
  final BucketLocation target() {
    if (bucketLocation().isEmpty() && composerName().isPresent()) {
      return new BucketLocation.Gcs(composer(composerName().get()).bucket());
    }
    return requireBucketLocation();
  }

  /** What the Composer environment tells of itself; asked once. */
  final ComposerEnvironment composer(ComposerName name) {
    if (lookedUp == null) {
      requireOnline("Looking up the Composer environment " + name);
      activateProxies();
      lookedUp = new GoogleComposerEnvironments(credentials()).get(name);
      progress()
          .say(
              "Composer environment "
                  + name
                  + ": "
                  + lookedUp.imageVersion()
                  + ", gs://"
                  + lookedUp.bucket());
      if (lookedUp.bucket().isEmpty()) {
        throw BigflowException.of(
            Problem.of(
                    "The Composer environment "
                        + name
                        + " has no bucket; its state is "
                        + lookedUp.state(),
                    "bigflow.composer.environment",
                    "Wait until it is RUNNING, then run the same command again")
                .see("composer-environment"));
      }
    }
    return lookedUp;
  }

  /** Makes the proxies of settings.xml count for all clients. */
  final void activateProxies() {
    SettingsProxies.activate(session().getSettings(), decrypter);
  }

  /** The address of Airflow: the one that is named, else that of the Composer environment. */
  private Optional<String> airflowAddress() {
    return value("bigflow.airflow.url", airflowUrl)
        .or(
            () ->
                composerName()
                    .map(name -> composer(name).airflowUri())
                    .filter(uri -> !uri.isEmpty()));
  }

  /** The address of Cloud Storage, if one is named. */
  final Optional<String> storageEndpoint() {
    return value("bigflow.storage.endpoint", storageEndpoint);
  }

  /** Who deploys: the one source for the bucket, the registry and Airflow. */
  final CredentialSource credentials() {
    return projectCredentials().source();
  }

  private ProjectCredentials projectCredentials() {
    if (credentials == null) {
      credentials =
          new ProjectCredentials(
              this::credentialParameter, baseDirectory(), session().getSettings(), decrypter);
    }
    return credentials;
  }

  /** The value in force of a parameter about credentials. */
  final Optional<String> credentialParameter(String name) {
    return value(
        name,
        switch (name) {
          case "bigflow.authMethod" -> authMethod;
          case "bigflow.keyFile" -> keyFile;
          case "bigflow.impersonateServiceAccount" -> impersonateServiceAccount;
          case "bigflow.vault.endpoint" -> vaultEndpoint;
          case "bigflow.vault.login" -> vaultLogin;
          case "bigflow.vault.role" -> vaultRole;
          case "bigflow.vault.mount" -> vaultMount;
          case "bigflow.vault.jwtFile" -> vaultJwtFile;
          case "bigflow.vault.namespace" -> vaultNamespace;
          case "bigflow.vault.caCertificate" -> vaultCaCertificate;
          case "bigflow.vault.server" -> vaultServer;
          default -> throw new IllegalArgumentException(name);
        });
  }

  /** The registry of a repository. */
  final ImageRegistry registry(String repository) {
    if (LocalImage.is(repository)) {
      BucketLocation.Directory target = (BucketLocation.Directory) target();
      return new ImageArchive(target.path().resolve("images"), progress());
    }
    requireOnline("Looking into the registry of " + repository);
    return ProjectRegistry.open(
        repository,
        project(),
        session(),
        decrypter,
        credentials(),
        projectCredentials().isChosen(),
        System.getenv(),
        Path.of(System.getProperty("user.home")),
        progress());
  }

  /** Every registry that images of the past may be in; only asks whether they are there. */
  final ImageRegistry registries() {
    return new Registries();
  }

  private final class Registries implements ImageRegistry {
    private final Map<String, ImageRegistry> opened = new HashMap<>();
    private String last = "registry";

    private ImageRegistry of(String repository) {
      ImageRegistry registry = opened.computeIfAbsent(repository, name -> registry(name));
      last = registry.name();
      return registry;
    }

    @Override
    public String name() {
      return last;
    }

    @Override
    public boolean has(String repository, String digest) {
      return of(repository).has(repository, digest);
    }

    @Override
    public Optional<String> digestOf(ImageReference reference) {
      return of(reference.repository()).digestOf(reference);
    }

    @Override
    public void push(Path tar, BuiltImage image) {
      of(image.repository()).push(tar, image);
    }
  }

  // ---- Airflow

  /** Airflow, if its address is known. */
  final Optional<AirflowServer> airflow() {
    if (airflowServer == null) {
      Optional<String> address = airflowAddress();
      if (address.isEmpty()) {
        return Optional.empty();
      }
      requireOnline("Asking Airflow at " + address.get());
      SettingsProxies.activate(session().getSettings(), decrypter);
      airflowServer =
          HttpAirflowServer.at(
              address.get(), airflowLogin(address.get()), ProxySelector.getDefault(), progress());
    }
    return Optional.of(airflowServer);
  }

  private AirflowLogin airflowLogin(String address) {
    String host = "";
    try {
      @Nullable String authority = URI.create(address.strip()).getAuthority();
      host = authority == null ? "" : authority;
    } catch (IllegalArgumentException e) {
      // The client tells what is wrong with the address.
      return AirflowLogin.none();
    }
    Optional<LoginSource.Login> login =
        new SettingsLogins(session().getSettings(), decrypter).login(host);
    if (login.isPresent()) {
      return AirflowLogin.user(login.get().username(), login.get().password());
    }
    Optional<String> client = value("bigflow.airflow.iapClientId", airflowIapClientId);
    if (client.isPresent()) {
      return AirflowLogin.idToken(() -> credentials().idToken(client.get()));
    }
    return ProjectCredentials.isForAirflow(address)
        ? AirflowLogin.bearer(() -> credentials().accessToken())
        : AirflowLogin.none();
  }

  /** The workflows of this project and environment in an Airflow. */
  final Workflows workflows(AirflowServer server) {
    return new Workflows(
        server, project().getGroupId(), project().getArtifactId(), env(), dagIds());
  }

  private Optional<AirflowWatch> watch(int seconds) {
    return airflow()
        .map(
            server ->
                new AirflowWatch(
                    server,
                    progress(),
                    AirflowWatch.Pace.standard(Duration.ofSeconds(seconds)),
                    Timer.system()));
  }

  /** Who looks for runs in progress. */
  final ActiveRuns activeRuns() {
    return new ActiveRuns(
        airflow().orElse(null),
        watch(number("bigflow.activeRuns.timeout", activeRunsTimeout)).orElse(null),
        choice("bigflow.activeRuns", activeRuns, ActiveRunPolicy.class),
        progress());
  }

  // ---- how

  final DriftPolicy drift() {
    return choice("bigflow.deploy.drift", deployDrift, DriftPolicy.class);
  }

  private DeployOptions options() {
    String by =
        credentials == null
            ? System.getProperty("user.name")
            : credentials()
                .member()
                .map(member -> member.substring(member.indexOf(':') + 1))
                .orElse(System.getProperty("user.name"));
    return DeployOptions.standard(by, Versions.bigflow())
        .withDrift(drift())
        .withKept(number("bigflow.history.kept", historyKept));
  }

  final DagDeployer deployer(DagBucket bucket, ImageRegistry registry) {
    return new DagDeployer(bucket, registry, activeRuns(), options(), progress());
  }

  private <T extends Enum<T>> T choice(String name, String injected, Class<T> type) {
    String text = value(name, injected).orElse("");
    for (T constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw BigflowException.of(
        Problem.of(
            "'" + text + "' is no value of " + name,
            name,
            "Write one of: "
                + Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "))));
  }

  // ---- what was built

  final DagFiles builtDags(BuiltImage image) {
    DagDirectory directory = new DagDirectory(output().directory());
    BuiltDags built = directory.read();
    if (!built.env().equals(env())) {
      throw BigflowException.of(
          Problem.of(
                  "The DAG files were built for environment '"
                      + built.env()
                      + "', but this deployment is for '"
                      + env()
                      + "'",
                  output().directory().toString(),
                  "Build again for it: mvn clean deploy -Dbigflow.env="
                      + env()
                      + " with the same profile, or deploy what is built: -Dbigflow.env="
                      + built.env())
              .see("built-for-another-environment"));
    }
    if (targetText().isEmpty()) {
      // Fails, and says how to name one.
      requireBucketLocation();
    }
    if (!built.target().isEmpty() && !built.target().equals(targetText())) {
      throw BigflowException.of(
          Problem.of(
                  "The DAG files were built to be deployed to '"
                      + built.target()
                      + "', but this deployment is to '"
                      + targetText()
                      + "'",
                  output().directory().toString(),
                  "Build again with the profile that you deploy with: mvn clean deploy -P…"
                      + " -Dbigflow.env="
                      + env())
              .see("built-for-another-target"));
    }
    if (!built.image().equals(image.pinned())) {
      throw BigflowException.of(
          Problem.of(
              "The DAG files name the image "
                  + built.image()
                  + ", but "
                  + image.pinned()
                  + " was built after them",
              output().directory().toString(),
              "Build both together: mvn package"));
    }
    return DagFiles.of(built, directory::content, directory::file);
  }

  /** The image that was built, if it suits the target of this deployment. */
  final BuiltImage builtImage() throws IOException {
    BuiltImage built = output().read(output().image(), BuiltImage.class, "build-image");
    String wanted = imageRepository().orElse(built.repository());
    if (!wanted.equals(built.repository())) {
      throw BigflowException.of(
          Problem.of(
                  "The image was built for '"
                      + built.repository()
                      + "', but this deployment is to '"
                      + wanted
                      + "'",
                  output().image().toString(),
                  "Build again with the profile that you deploy with: mvn clean deploy -P…")
              .see("built-for-another-target"));
    }
    if (LocalImage.is(built.repository()) && !(target() instanceof BucketLocation.Directory)) {
      throw BigflowException.of(
          Problem.of(
                  "The image has no repository that Composer can pull it from",
                  "bigflow.image.repository",
                  "Set it in the profile that you deploy with, for example"
                      + " europe-west1-docker.pkg.dev/PROJECT/REPOSITORY/"
                      + project().getArtifactId()
                      + ", and build again")
              .see("no-repository"));
    }
    return built;
  }

  // ---- afterwards

  private boolean waits() {
    return flag("bigflow.deploy.wait", deployWait);
  }

  private boolean startsStreaming() {
    return flag("bigflow.deploy.startStreaming", deployStartStreaming);
  }

  /** Fails if somebody wants to wait for Airflow, but has not said where it is. */
  final void requireAirflowToWaitFor() {
    boolean waits = waits();
    boolean startsStreaming = startsStreaming();
    if ((waits || startsStreaming) && airflowAddress().isEmpty()) {
      throw BigflowException.of(
          Problem.of(
              "The deployment is to "
                  + (waits ? "wait for Airflow" : "start streaming jobs over Airflow")
                  + ", but its address is unknown",
              "bigflow.airflow.url",
              "Name the Composer environment (bigflow.composer.environment and"
                  + " bigflow.composer.region), or set it to what this prints: gcloud composer"
                  + " environments describe ENVIRONMENT --location=REGION"
                  + " --format='value(config.airflowUri)'"));
    }
  }

  /** What to look for in Airflow, noted before the upload; empty if nobody wants to wait. */
  final Optional<Parsing> parsing(PreparedDeployment prepared) {
    requireAirflowToWaitFor();
    List<DagEntry> streaming =
        startsStreaming() ? StreamingChanges.of(prepared).changed() : List.of();
    Optional<AirflowWatch> found =
        waits() || !streaming.isEmpty()
            ? watch(number("bigflow.deploy.wait.timeout", deployWaitTimeout))
            : Optional.empty();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    AirflowWatch watch = found.get();
    List<AirflowWatch.ExpectedDag> expected = new ArrayList<>();
    prepared.files().entries().stream()
        .filter(dag -> waits() ? prepared.scope().has(dag.workflow()) : streaming.contains(dag))
        .forEach(
            dag ->
                expected.add(
                    new AirflowWatch.ExpectedDag(
                        dag.dagId(), dag.buildTag(), dag.path().replaceFirst("^dags/", ""))));
    return Optional.of(
        new Parsing(
            watch,
            expected,
            watch.baseline(expected.stream().map(AirflowWatch.ExpectedDag::path).toList())));
  }

  /** A wait for Airflow that can begin. */
  record Parsing(
      AirflowWatch watch, List<AirflowWatch.ExpectedDag> expected, AirflowWatch.Baseline baseline) {
    void await() {
      watch.awaitParsed(expected, baseline);
    }
  }

  /**
   * Waits for Airflow, and lets the streaming jobs of what was deployed take over or says when they
   * will.
   *
   * @param prepared the deployment, as it was before it was applied
   * @param parsing what to wait for, if anything
   */
  final void finish(PreparedDeployment prepared, Optional<Parsing> parsing) {
    StreamingChanges streaming = StreamingChanges.of(prepared);
    StreamingTakeover takeover = new StreamingTakeover(progress());
    // Before the wait, which may fail: the next deployment does not know of them any more.
    takeover.warn(streaming.left());
    parsing.ifPresent(Parsing::await);
    Optional<AirflowServer> server =
        startsStreaming() && !streaming.changed().isEmpty() ? airflow() : Optional.empty();
    if (server.isPresent()) {
      takeover.start(streaming.changed(), workflows(server.get()));
    } else {
      takeover.announce(streaming.changed());
    }
  }

  /** Writes {@code deploy-report.json} and {@code deploy-report.md}. */
  final void writeReport(DeployReport report) throws IOException {
    SpecJson.write(report, output().report("json"));
    Optional<AirflowServer> server = airflow();
    Optional<String> logs = gcpProject();
    Files.writeString(
        output().report("md"),
        ReportText.markdown(
            report,
            new ReportText.Links() {
              @Override
              public Optional<String> dag(String dagId) {
                return dagId.isEmpty()
                    ? Optional.empty()
                    : server.map(airflow -> airflow.dagLink(dagId).toString());
              }

              @Override
              public Optional<String> logsProject() {
                return logs;
              }
            }));
  }
}
