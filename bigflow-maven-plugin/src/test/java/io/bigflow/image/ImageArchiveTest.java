// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {

  private static final ImageReference NAME = new ImageReference("localhost:5000/team/demo", "1.0");

  private final RecordingProgress progress = new RecordingProgress();
  @TempDir Path folder;
  private ImageArchive archive;
  private Path tar;
  private BuiltImage image;

  @BeforeEach
  void build() throws Exception {
    archive = new ImageArchive(folder.resolve("images"), progress);
    tar = folder.resolve("image.tar");
    image = TestImages.make(tar, NAME, "one");
  }

  @Test
  void keepsTheImageUnderItsDigestAndItsTag() {
    assertThat(archive.has(NAME.repository(), image.digest())).isFalse();
    assertThat(archive.digestOf(NAME)).isEmpty();

    archive.push(tar, image);

    assertThat(archive.has(NAME.repository(), image.digest())).isTrue();
    assertThat(archive.digestOf(NAME)).contains(image.digest());
    Path kept =
        folder
            .resolve("images/localhost_5000/team/demo")
            .resolve(image.digest().substring(7) + ".tar");
    assertThat(archive.tar(NAME.repository(), image.digest())).isEqualTo(kept);
    assertThat(kept).hasSameBinaryContentAs(tar);
    assertThat(kept.getParent()).isDirectoryNotContaining("glob:**.draft*");
  }

  @Test
  void sameDigestIsNotCopiedAgain() throws Exception {
    archive.push(tar, image);
    Path kept = archive.tar(NAME.repository(), image.digest());
    Files.setLastModifiedTime(kept, FileTime.fromMillis(1000));

    archive.push(tar, image);
    archive.push(tar, TestImages.tagged(image, "2.0"));

    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(FileTime.fromMillis(1000));
    assertThat(archive.digestOf(new ImageReference(NAME.repository(), "2.0")))
        .contains(image.digest());
    assertThat(progress.said()).hasSize(3).last().asString().startsWith("Image already in ");
  }

  @Test
  void tagIsNeverMoved() throws Exception {
    archive.push(tar, image);
    BuiltImage other = TestImages.make(tar, NAME, "two");

    assertThatThrownBy(() -> archive.push(tar, other))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'" + NAME + "' is taken")
        .hasMessageContaining(image.digest())
        .hasMessageContaining(other.digest())
        .hasMessageContaining("new <version>");

    assertThat(archive.digestOf(NAME)).contains(image.digest());
    assertThat(archive.has(NAME.repository(), other.digest())).isFalse();
  }

  @Test
  void archiveThatIsNotTheDescribedImageIsRefused() throws Exception {
    TestImages.make(tar, NAME, "two");

    assertThatThrownBy(() -> archive.push(tar, image))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(image.digest())
        .hasMessageContaining("mvn clean package");
    assertThat(folder.resolve("images")).doesNotExist();
  }

  @Test
  void missingArchiveIsExplained() {
    assertThatThrownBy(() -> archive.push(folder.resolve("none.tar"), image))
        .hasMessageContaining("There is no image to push")
        .hasMessageContaining("mvn package");
  }

  @Test
  void severalBuildsMayPushAtOnce() {
    IntStream.range(0, 6)
        .mapToObj(
            i ->
                CompletableFuture.runAsync(
                    () -> archive.push(tar, TestImages.tagged(image, "t" + i))))
        .toList()
        .forEach(CompletableFuture::join);

    assertThat(progress.said()).filteredOn(line -> line.startsWith("Image copied")).hasSize(1);
    assertThat(archive.digestOf(new ImageReference(NAME.repository(), "t5")))
        .contains(image.digest());
  }
}
