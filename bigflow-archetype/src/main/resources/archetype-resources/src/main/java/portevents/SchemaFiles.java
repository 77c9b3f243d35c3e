package ${package}.portevents;

import io.bigflow.bigquery.TableSchema;
import io.bigflow.workflow.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The schema files of the project: a JSON file per table, which has the table's name. */
final class SchemaFiles {
  private static final String END = ".json";

  private SchemaFiles() {}

  /**
   * The schemas by the names of their tables.
   *
   * @param folder in {@code src/main/resources}, without a slash at the end
   */
  static Map<String, TableSchema> read(String folder) {
    Map<String, TableSchema> schemas = new TreeMap<>();
    for (String file : files(folder)) {
      if (file.endsWith(END)) {
        String table = file.substring(0, file.length() - END.length());
        schemas.put(table, TableSchema.resource(folder + "/" + file));
      }
    }
    if (schemas.isEmpty()) {
      throw new ConfigurationException("src/main/resources/" + folder + " has no schema file.");
    }
    return schemas;
  }

  private static List<String> files(String folder) {
    URL url = SchemaFiles.class.getClassLoader().getResource(folder);
    if (url == null) {
      throw new ConfigurationException("src/main/resources has no folder " + folder + ".");
    }
    try {
      // The project's classes are in a folder during the build, and in a jar afterwards.
      if (url.openConnection() instanceof JarURLConnection jar) {
        Path file = Path.of(jar.getJarFileURL().toURI());
        try (FileSystem content = FileSystems.newFileSystem(file)) {
          return names(content.getPath(folder));
        }
      }
      return names(Path.of(url.toURI()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url + " cannot be read", e);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
