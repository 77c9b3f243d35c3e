// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority of its own, made by the JDK's keytool when it is first needed, and a
 * certificate of it for the hosts that tests lead to this machine.
 */
public final class TestCertificates {

  /** The password of the stores. */
  public static final String PASSWORD = "changeit";

  /** The hosts that the certificate is for, beside 127.0.0.1. */
  private static final List<String> HOSTS =
      List.of(
          "localhost",
          "oauth2.googleapis.com",
          "sts.googleapis.com",
          "iamcredentials.googleapis.com",
          "iam.googleapis.com",
          "storage.googleapis.com",
          "composer.googleapis.com",
          "serviceusage.googleapis.com",
          "cloudresourcemanager.googleapis.com",
          "artifactregistry.googleapis.com",
          "europe-west1-docker.pkg.dev",
          "eu.gcr.io",
          "0123456789abcdef-dot-europe-west1.composer.googleusercontent.com",
          "eu.gcr.io.example.com",
          "*.example.com");

  private static @Nullable TestCertificates made;

  private final Path folder;
  private final KeyStore keys;

  private TestCertificates(Path folder, KeyStore keys) {
    this.folder = folder;
    this.keys = keys;
  }

  /** The certificates of this process. */
  public static synchronized TestCertificates get() {
    if (made == null) {
      made = make();
    }
    return made;
  }

  private static TestCertificates make() {
    try {
      Path folder = Files.createTempDirectory("bigflow-certificates");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      Path store = folder.resolve("keys.p12");
      keytool(store, "authority", "-dname", "CN=Test authority", "-ext", "bc:c");
      String names = HOSTS.stream().map(host -> "dns:" + host).collect(Collectors.joining(","));
      keytool(
          store,
          "server",
          "-dname",
          "CN=Test server",
          "-ext",
          "san=ip:127.0.0.1," + names,
          "-signer",
          "authority");
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      TestCertificates certificates = new TestCertificates(folder, keys);
      certificates.writeTrust();
      return certificates;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void keytool(Path store, String alias, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(
        List.of(
            "-genkeypair",
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-alias",
            alias,
            "-keyalg",
            "EC",
            "-validity",
            "2"));
    command.addAll(Arrays.asList(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private void writeTrust() throws IOException, GeneralSecurityException {
    try (OutputStream out = Files.newOutputStream(trustStore())) {
      trust().store(out, PASSWORD.toCharArray());
    }
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority().getEncoded());
    Files.writeString(
        authorityPem(),
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n",
        US_ASCII);
  }

  private Certificate authority() throws GeneralSecurityException {
    return Objects.requireNonNull(keys.getCertificate("authority"));
  }

  private KeyStore trust() throws GeneralSecurityException, IOException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("authority", authority());
    return trust;
  }

  /** A PKCS12 store with the authority, for {@code javax.net.ssl.trustStore}. */
  public Path trustStore() {
    return folder.resolve("trust.p12");
  }

  /** The authority in PEM form. */
  public Path authorityPem() {
    return folder.resolve("authority.pem");
  }

  /** TLS of a server with the certificate. */
  public SSLContext server() {
    try {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      own.setKeyEntry(
          "server",
          keys.getKey("server", PASSWORD.toCharArray()),
          PASSWORD.toCharArray(),
          keys.getCertificateChain("server"));
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(own, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** TLS of a client that trusts the authority and nobody else. */
  public SSLContext client() {
    try {
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trust());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // The system's temporary folder; nothing depends on it.
    }
  }
}
