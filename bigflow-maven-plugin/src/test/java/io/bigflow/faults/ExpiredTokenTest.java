// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.faults.HttpInterposer.Request;
import io.bigflow.faults.HttpInterposer.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens that expire while a deployment is under way. Tokens travel over TLS only, so Cloud Storage
 * stands behind an interposer with a certificate, which the deployment's JVM is told to trust.
 */
@EnabledIfEnvironmentVariable(named = Servers.VARIABLE, matches = ".+")
final class ExpiredTokenTest {

  private static final long LIMIT_SECONDS = 120;
  private static final int REQUESTS_PER_TOKEN = 6;
  private static final String STORE_PASSWORD = "changeit";
  private static final String OLD = World.CANARY + "old-token";
  private static final String NEW = World.CANARY + "new-token";
  private static final String PASSWORD = World.CANARY + "password";

  @TempDir private Path folder;
  private Path store;

  @BeforeEach
  void makeCertificate() throws IOException, InterruptedException {
    store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                STORE_PASSWORD,
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1")
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
  }

  @Fault
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 9})
  void aTokenThatExpiresIsReplaced(int lastsFor) throws Exception {
    try (World world = World.open().withVersion1();
        HttpInterposer tls = interposer(world)) {
      AtomicInteger requests = new AtomicInteger();
      tls.restart(
          request ->
              isAuthorized(request, NEW)
                      || (isAuthorized(request, OLD) && requests.incrementAndGet() <= lastsFor)
                  ? Reaction.FORWARD
                  : Reaction.answer(unauthorized()));
      DeployProcess.Result result = deploy(world, tls, List.of(OLD, NEW));
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      assertThat(requests.get()).as("the token did expire").isGreaterThan(lastsFor);
      Invariants.hold(world, result.output());
      Invariants.recordIsTrue(world, world.version2());
      Invariants.converge(world, world.version2());
    }
  }

  @Fault
  @ParameterizedTest
  @ValueSource(ints = {0, 4, 9})
  void aTokenThatIsNotReplacedIsExplained(int lastsFor) throws Exception {
    try (World world = World.open().withVersion1();
        HttpInterposer tls = interposer(world)) {
      AtomicInteger requests = new AtomicInteger();
      tls.restart(
          request ->
              requests.incrementAndGet() <= lastsFor
                  ? Reaction.FORWARD
                  : Reaction.answer(unauthorized()));
      DeployProcess.Result result = deploy(world, tls, List.of(OLD));
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.FAILED);
      assertThat(result.output())
          .contains("does not accept the application default credentials (401)")
          .contains("gcloud auth application-default login");
      Invariants.hold(world, result.output());
      Invariants.converge(world, world.version2());
    }
  }

  /** The registry gives its tokens itself, for user and password; each lasts for some requests. */
  @Fault
  @Test
  void aTokenOfTheRegistryThatExpiresIsReplaced() {
    try (World world = World.open().withVersion1()) {
      AtomicInteger given = new AtomicInteger();
      Map<String, Integer> used = new HashMap<>();
      Rule gate =
          request -> {
            if (request.target().startsWith("/token")) {
              String basic =
                  Base64.getEncoder().encodeToString(("deployer:" + PASSWORD).getBytes(UTF_8));
              return request.message().header("Authorization").orElse("").equals("Basic " + basic)
                  ? Reaction.answer(
                      HttpMessage.json(
                          200, "OK", "{\"token\": \"" + token(given.incrementAndGet()) + "\"}"))
                  : Reaction.answer(Rules.registryError(401, "UNAUTHORIZED", "who is there"));
            }
            String token = request.message().header("Authorization").orElse("");
            if (!request.isRegistry()
                || (token.startsWith("Bearer " + World.CANARY)
                    && used.merge(token, 1, Integer::sum) <= REQUESTS_PER_TOKEN)) {
              return Reaction.FORWARD;
            }
            return Reaction.answer(
                Rules.registryError(401, "UNAUTHORIZED", "the token has expired")
                    .with(
                        "WWW-Authenticate",
                        "Bearer realm=\""
                            + world.interposer().uri()
                            + "/token\",service=\"test\""));
          };
      world.interposer().restart(gate);
      DeployProcess.Result result =
          DeployProcess.start(
                  world.version2().withPassword(PASSWORD), "-DsendCredentialsOverHttp=true")
              .await(LIMIT_SECONDS);
      world.interposer().restart();
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      assertThat(given.get()).as("tokens did expire").isGreaterThan(3);
      Invariants.hold(world, result.output());
      Invariants.recordIsTrue(world, world.version2());
      Invariants.converge(world, world.version2());
    }
  }

  private static String token(int number) {
    return World.CANARY + "registry-token-" + number;
  }

  private static boolean isAuthorized(Request request, String token) {
    return request.message().header("Authorization").orElse("").equals("Bearer " + token);
  }

  private static HttpMessage unauthorized() {
    return Rules.storageError(401, "authError", "Invalid Credentials");
  }

  private DeployProcess.Result deploy(World world, HttpInterposer tls, List<String> tokens) {
    return DeployProcess.start(
            world.version2().over(tls.uri().toString(), tokens),
            "-Djavax.net.ssl.trustStore=" + store,
            "-Djavax.net.ssl.trustStorePassword=" + STORE_PASSWORD)
        .await(LIMIT_SECONDS);
  }

  private HttpInterposer interposer(World world) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, STORE_PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, STORE_PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return HttpInterposer.start(world.servers().gcs(), world.servers().registry(), context);
  }
}
