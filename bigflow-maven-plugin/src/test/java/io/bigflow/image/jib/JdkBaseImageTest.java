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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class JdkBaseImageTest {

  private static final Path JDK = Path.of(System.getProperty("java.home"));

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
  void runtimeWithoutJlinkIsExplained() throws IOException {
    Path runtime = Files.createDirectories(folder.resolve("jre"));

    assertThatThrownBy(() -> new JdkBaseImage(runtime, folder, progress, "Linux", List.of()).make())
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("runtime without bin/jlink")
        .hasMessageContaining("-Dbigflow.image.base=")
        .hasMessageContaining("tar:FILE");
  }

  @Test
  void otherSystemsAreExplained() {
    assertThatThrownBy(
            () -> new JdkBaseImage(JDK, folder, progress, "Windows 11", List.of()).make())
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

  /** Few modules, so that the test is fast. */
  private JdkBaseImage base(String cache) {
    return new JdkBaseImage(
        JDK, folder.resolve(cache), progress, "Linux", List.of("java.base", "jdk.no.such.module"));
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
