// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.airflow.AirflowLogin;
import io.bigflow.airflow.HttpAirflowServer;
import io.bigflow.bucket.BucketLocation;
import io.bigflow.credentials.vault.VaultSettings;
import io.bigflow.gcp.GcsDagBucket;
import io.bigflow.gcp.StorageEndpoint;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.jib.JibImageRegistry;
import io.bigflow.maven.image.PlainDecrypter;
import io.bigflow.maven.image.SettingsProxies;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * A Java process that does with one source of credentials what a deployment does: it pushes an
 * image, writes objects and asks Airflow. Proxies and trusted certificates are its own.
 */
final class GoogleProcess {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LIMIT_SECONDS = 120;

  private GoogleProcess() {}

  /**
   * What to do.
   *
   * @param parameters the plugin's parameters by their names
   * @param proxy host, port, user and password of the proxy in settings.xml; empty = none
   * @param image the image to push; null = none
   * @param tar its archive
   * @param storage another address of Cloud Storage; empty = Google's
   * @param objects how many objects to write
   * @param airflow the address of Airflow; empty = it is not asked
   */
  record Work(
      Map<String, String> parameters,
      List<String> proxy,
      @Nullable BuiltImage image,
      String tar,
      String storage,
      int objects,
      String airflow) {}

  /** How it ended, and everything that it printed, details and stack traces included. */
  record Result(int exit, String output) {}

  /** Does it: 0 = done, 1 = failed for a reason that the user is told, 3 = a defect. */
  public static void main(String[] arguments) throws IOException {
    int code;
    try {
      work(JSON.readValue(Files.readAllBytes(Path.of(arguments[0])), Work.class));
      System.out.println("DONE");
      code = 0;
    } catch (BigflowException e) {
      System.out.println("FAILED " + e.getMessage());
      // mvn -X shows the chain of causes.
      e.printStackTrace(System.out);
      code = 1;
    } catch (RuntimeException e) {
      e.printStackTrace(System.out);
      code = 3;
    }
    System.out.flush();
    System.exit(code);
  }

  private static void work(Work work) {
    activate(work.proxy());
    CredentialSettings settings =
        CredentialSettings.of(
            name -> Optional.ofNullable(work.parameters().get(name)), Path.of("").toAbsolutePath());
    VaultSettings.Servers none = id -> Optional.empty();
    CredentialSource source =
        CredentialSources.of(settings, Machine.here(), none, ProxySelector.getDefault());
    Progress progress = new Printed();
    BuiltImage image = work.image();
    if (image != null) {
      String host = image.repository().replaceFirst("/.*", "");
      new JibImageRegistry(host, List.of(GoogleRegistryLogin.required(source)), false, progress)
          .push(Path.of(work.tar()), image);
    }
    if (work.objects() > 0) {
      StorageEndpoint endpoint = StorageEndpoint.of(work.storage(), null);
      try (GcsDagBucket bucket =
          GcsDagBucket.open(
              new BucketLocation.Gcs("team-bucket"), endpoint, null, source, progress)) {
        for (int i = 0; i < work.objects(); i++) {
          bucket.write("dags/" + i + ".py", ("# " + i).getBytes(UTF_8), "text/plain", Map.of(), 0);
        }
        System.out.println("OBJECTS " + bucket.list("dags/").size());
      }
    }
    if (!work.airflow().isEmpty()) {
      AirflowLogin login =
          GoogleHosts.isComposerAirflow(work.airflow())
              ? AirflowLogin.bearer(source::accessToken)
              : AirflowLogin.none();
      System.out.println(
          "AIRFLOW "
              + HttpAirflowServer.at(work.airflow(), login, ProxySelector.getDefault(), progress)
                  .version());
    }
    System.out.println("MEMBER " + source.member().orElse("unknown"));
  }

  private static void activate(List<String> proxy) {
    if (proxy.isEmpty()) {
      return;
    }
    Settings settings = new Settings();
    for (String protocol : List.of("http", "https")) {
      Proxy entry = new Proxy();
      entry.setId(protocol);
      entry.setProtocol(protocol);
      entry.setHost(proxy.get(0));
      entry.setPort(Integer.parseInt(proxy.get(1)));
      entry.setUsername(proxy.get(2));
      entry.setPassword(proxy.get(3));
      settings.addProxy(entry);
    }
    SettingsProxies.activate(settings, new PlainDecrypter());
  }

  /**
   * Runs one to its end.
   *
   * @param environment the only variables that the process has, beside the PATH
   */
  static Result run(
      Path folder, Work work, Map<String, String> environment, List<String> jvmArguments)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile(folder, "work", ".json");
    Files.write(file, JSON.writeValueAsBytes(work));
    Path output = Files.createTempFile(folder, "output", ".txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx200m"));
    command.add("-Duser.home=" + folder);
    command.addAll(jvmArguments);
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath, GoogleProcess.class.getName(), file.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("it did not end:\n" + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }

  private static final class Printed implements Progress {
    @Override
    public void say(String line) {
      System.out.println(line);
    }

    @Override
    public void warn(String line) {
      System.out.println("WARNING " + line);
    }

    @Override
    public void detail(String line) {
      System.out.println("DETAIL " + line);
    }

    @Override
    public Step step(String name, long total, Unit unit) {
      return new Step() {
        @Override
        public void advance(long units) {}

        @Override
        public void close() {}
      };
    }
  }
}
