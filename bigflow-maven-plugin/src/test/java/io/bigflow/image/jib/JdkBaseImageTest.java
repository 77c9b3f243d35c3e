// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.image.ImageTar;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class JdkBaseImageTest {

  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
  private static final List<String> FEW_MODULES = List.of("java.base", "jdk.no.such.module");

  private final RecordingProgress progress = new RecordingProgress();
  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void sameJdkGivesSameBytesAndIsMadeOnce() throws IOException {
    Path first = base("one").make().tar();
    Path second = base("two").make().tar();

    assertThat(first).hasSameBinaryContentAs(second);
    assertThat(first.getFileName()).isEqualTo(second.getFileName());
    assertThat(base("one").make().tar()).isEqualTo(first);
    assertThat(progress.said()).hasSize(2);
    assertThat(folder.resolve("one")).isDirectoryNotContaining("glob:**making*");

    Map<String, TarArchiveEntry> entries = entries(first);
    assertThat(entries)
        .containsKeys(
            "opt/java/bin/java",
            "opt/java/lib/modules",
            "opt/java/lib/security/cacerts",
            "etc/passwd",
            "etc/nsswitch.conf")
        .doesNotContainKey("opt/java/lib/server/classes.jsa");
    assertThat(entries)
        .hasEntrySatisfying("opt/java/bin/java", java -> assertMode(java, 0755))
        .hasEntrySatisfying("opt/java/lib/modules", modules -> assertMode(modules, 0644))
        .hasEntrySatisfying("tmp/", temporary -> assertMode(temporary, 0777))
        .hasEntrySatisfying(
            "home/nonroot/", home -> assertThat(home.getLongUserId()).isEqualTo(65532));
    assertThat(entries.keySet()).anyMatch(name -> name.contains("ld-"));
    assertThat(entries.values())
        .allMatch(entry -> entry.getLastModifiedTime().toMillis() == 1000)
        .allMatch(entry -> entry.getUserName().isEmpty());
    try (ImageTar tar = ImageTar.open(first)) {
      assertThat(new String(tar.config(), StandardCharsets.UTF_8))
          .contains("\"User\":\"65532:65532\"", "JAVA_HOME=/opt/java", "LANG=C.UTF-8");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void imagesThatNoBuildUsedForAMonthAreRemovedWhenOneIsMade()
      throws IOException, InterruptedException, ExecutionException {
    Path used = base("one").make().tar();
    Path cache = folder.resolve("one");
    Clock found = Clock.offset(CLOCK, Duration.ofDays(20));
    Clock made = Clock.offset(CLOCK, Duration.ofDays(49));
    Path old = aged("jdk-11.0.1-amd64-0123456789ab.tar", made, 31);
    Path oldList = aged("jdk-11.0.1-amd64-ba9876543210.libraries", made, 31);
    Path recent = aged("jdk-11.0.2-amd64-0123456789ab.tar", made, 29);
    Path users = aged("jdk-17.tar", made, 99);
    Path killed = Files.createDirectories(cache.resolve("making123/java")).getParent();

    assertThat(base("one", found, FEW_MODULES).make().tar()).isEqualTo(used);
    assertThat(List.of(old, oldList, killed)).allSatisfy(file -> assertThat(file).exists());

    // Other modules are another image, made 49 days after the first and 29 after it was used.
    Path other = base("one", made, List.of("java.base")).make().tar();

    assertThat(List.of(old, oldList, killed)).allSatisfy(file -> assertThat(file).doesNotExist());
    assertThat(List.of(other, used, recent, users)).allSatisfy(file -> assertThat(file).exists());
    assertThat(Files.getLastModifiedTime(other).toInstant()).isEqualTo(made.instant());
    assertThat(base("one", made, FEW_MODULES).make().tar()).isEqualTo(used);
    assertThat(progress.said()).hasSize(2);

    anImageThatAnotherBuildTakesAtThatMomentIsThereForIt(Clock.offset(made, Duration.ofDays(31)));
  }

  // Whoever comes first: it is noted as used, or it is removed and made again.
  private void anImageThatAnotherBuildTakesAtThatMomentIsThereForIt(Clock later)
      throws InterruptedException, ExecutionException {
    ExecutorService builds = Executors.newFixedThreadPool(2);
    try {
      Future<JdkBaseImage.Made> taking =
          builds.submit(() -> base("one", later, FEW_MODULES).make());
      Future<JdkBaseImage.Made> making =
          builds.submit(() -> base("one", later, List.of("java.base", "java.logging")).make());

      assertThat(taking.get().tar()).exists();
      assertThat(making.get().tar()).exists();
    } finally {
      builds.shutdownNow();
    }
  }

  @Test
  void runtimeWithoutJlinkIsExplained() throws IOException {
    Path runtime = Files.createDirectories(folder.resolve("jre"));

    assertThatThrownBy(
            () -> new JdkBaseImage(runtime, folder, progress, "Linux", List.of(), CLOCK).make())
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("runtime without bin/jlink")
        .hasMessageContaining("-Dbigflow.image.base=")
        .hasMessageContaining("tar:FILE");
  }

  @Test
  void otherSystemsAreExplained() {
    assertThatThrownBy(
            () -> new JdkBaseImage(JDK, folder, progress, "Windows 11", List.of(), CLOCK).make())
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'Windows 11'")
        .hasMessageContaining("-Dbigflow.image.base=");
  }

  @Test
  void lddOutputIsRead() {
    SharedLibraries libraries =
        SharedLibraries.parse(
            """
            /opt/jdk/bin/java:
            \tlinux-vdso.so.1 (0x00007ffc7b5f2000)
            \tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f3c5d0a0000)
            \tlibjli.so => /opt/jdk/bin/../lib/libjli.so (0x00007f3c5d08d000)
            \tlibjvm.so => not found
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f3c5d0f2000)
            /opt/jdk/lib/libstatic.so:
            \tstatically linked
            """,
            Path.of("/opt/jdk"));

    assertThat(libraries.files())
        .containsExactlyInAnyOrder(
            Path.of("/lib/x86_64-linux-gnu/libz.so.1"), Path.of("/lib64/ld-linux-x86-64.so.2"));
    assertThat(libraries.missing()).containsExactly("libjvm.so");
  }

  /** With few modules, so that the test is fast. */
  private JdkBaseImage base(String cache) {
    return base(cache, CLOCK, FEW_MODULES);
  }

  private JdkBaseImage base(String cache, Clock clock, List<String> modules) {
    return new JdkBaseImage(JDK, folder.resolve(cache), progress, "Linux", modules, clock);
  }

  private Path aged(String name, Clock clock, long days) throws IOException {
    Path file = Files.writeString(folder.resolve("one").resolve(name), "");
    Instant time = clock.instant().minus(Duration.ofDays(days));
    return Files.setLastModifiedTime(file, FileTime.from(time));
  }

  private static void assertMode(TarArchiveEntry entry, int mode) {
    assertThat(entry.getMode() & 0777).isEqualTo(mode);
  }

  private static Map<String, TarArchiveEntry> entries(Path image) throws IOException {
    Map<String, TarArchiveEntry> entries = new TreeMap<>();
    try (ImageTar tar = ImageTar.open(image)) {
      for (ImageTar.Layer layer : tar.layers()) {
        try (TarArchiveInputStream in =
            new TarArchiveInputStream(new GZIPInputStream(tar.open(layer)))) {
          for (TarArchiveEntry entry = in.getNextEntry();
              entry != null;
              entry = in.getNextEntry()) {
            entries.put(entry.getName(), entry);
          }
        }
      }
    }
    return entries;
  }
}
