// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.bigflow.workflow.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Where rows come from. */
sealed interface LoadSource {

  /** How a file on the class path is written. */
  String CLASSPATH = "classpath:";

  /** How an object in Cloud Storage is written. */
  String STORAGE = "gs://";

  /** Makes the rows ready to be sent. */
  Content open() throws IOException;

  /**
   * Rows that are ready.
   *
   * @param file what to upload, if {@code uris} is empty
   * @param isOurs whether the file is to be removed in the end
   * @param uris objects that BigQuery reads itself
   * @param fingerprint the same for the same rows
   */
  record Content(Path file, boolean isOurs, List<String> uris, String fingerprint)
      implements AutoCloseable {

    boolean isEmpty() throws IOException {
      return uris.isEmpty() && Files.size(file) == 0;
    }

    @Override
    public void close() throws IOException {
      if (isOurs) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Objects in Cloud Storage. */
  record Objects(List<String> uris) implements LoadSource {
    @Override
    public Content open() {
      return new Content(Path.of(""), false, uris, String.join("\n", uris));
    }
  }

  /** A file of this machine. */
  record LocalFile(Path file) implements LoadSource {
    @Override
    public Content open() throws IOException {
      if (!Files.isRegularFile(file)) {
        throw new ConfigurationException(
            "There is no file '"
                + file
                + "' to load. Correct the path, or write "
                + CLASSPATH
                + "… for a file in the project's image.");
      }
      return new Content(file, false, List.of(), fingerprint(file));
    }
  }

  /** A file on the class path. */
  record Resource(String path) implements LoadSource {
    @Override
    public Content open() throws IOException {
      try (InputStream stream = BigQuerySql.open(path)) {
        Path file = Files.createTempFile("bigflow-load", null);
        Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
        return new Content(file, true, List.of(), fingerprint(file));
      }
    }
  }

  /** Objects of Java, a row each. */
  record Rows(Iterable<?> rows) implements LoadSource {
    @Override
    public Content open() throws IOException {
      Path file = Files.createTempFile("bigflow-load", ".json");
      ObjectWriter writer = RowMapper.writer().withRootValueSeparator("\n");
      try (OutputStream stream = Files.newOutputStream(file);
          SequenceWriter lines = writer.writeValues(stream)) {
        for (Object row : rows) {
          lines.write(row);
        }
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(file);
        throw e;
      }
      return new Content(file, true, List.of(), fingerprint(file));
    }
  }

  private static String fingerprint(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream stream = new DigestInputStream(Files.newInputStream(file), digest)) {
        stream.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
