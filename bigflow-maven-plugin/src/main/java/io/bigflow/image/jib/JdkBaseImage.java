// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import io.bigflow.image.BaseImage;
import io.bigflow.image.FileMutex;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A base image made from a JDK of this machine, for deployments without a registry: the runtime
 * that {@code jlink} makes, the C library it needs, and the few files that a Java program expects
 * of a Linux system. There is no shell and no package manager in it.
 *
 * <p>The same JDK and C library give the same bytes. The image is made once and kept until it was
 * not used for 30 days.
 */
public final class JdkBaseImage {

  /** Raised when the same JDK and C library would give another image than before. */
  private static final int FORMAT = 1;

  /**
   * What data jobs need: Java SE itself; TLS with elliptic curves; {@code sun.misc.Unsafe} for
   * gRPC, Netty, Arrow and Spark; the zip file system for Beam; UnixLoginModule and GSS for Hadoop;
   * texts and character sets of every language; DNS lookups by JNDI; monitoring and flight
   * recording.
   */
  private static final List<String> MODULES =
      List.of(
          "java.se",
          "jdk.charsets",
          "jdk.crypto.ec",
          "jdk.httpserver",
          "jdk.jfr",
          "jdk.localedata",
          "jdk.management",
          "jdk.management.agent",
          "jdk.naming.dns",
          "jdk.net",
          "jdk.nio.mapmode",
          "jdk.security.auth",
          "jdk.security.jgss",
          "jdk.unsupported",
          "jdk.xml.dom",
          "jdk.zipfs");

  /** Of java.desktop: these need libraries that a server may lack, and batch jobs do not use. */
  private static final Set<String> DESKTOP =
      Set.of(
          "libawt.so",
          "libawt_headless.so",
          "libawt_xawt.so",
          "libfontmanager.so",
          "libfreetype.so",
          "libharfbuzz.so",
          "libjavajpeg.so",
          "libjawt.so",
          "libjsound.so",
          "liblcms.so",
          "libmlib_image.so",
          "libsplashscreen.so");

  /** Of DESKTOP: these would drag in the X Window System. */
  private static final Set<String> SCREEN_AND_SOUND =
      Set.of("libawt_xawt.so", "libjawt.so", "libjsound.so", "libsplashscreen.so");

  /**
   * Loaded by the C library itself (names of hosts), or by native code inside jar files (Conscrypt,
   * Netty, RocksDB, Snappy, Zstandard), which ldd cannot see.
   */
  private static final List<String> COMPANIONS =
      List.of(
          "libcrypt.so.1",
          "libdl.so.2",
          "libgcc_s.so.1",
          "libnss_dns.so.2",
          "libnss_files.so.2",
          "libpthread.so.0",
          "libresolv.so.2",
          "librt.so.1",
          "libstdc++.so.6",
          "libutil.so.1",
          "libz.so.1");

  /** The user of Google's distroless images, so that both bases need the same permissions. */
  private static final String USER = "65532:65532";

  private static final String HOME = "/home/nonroot";
  private static final String TRUST_STORE = "lib/security/cacerts";
  private static final String JLINK = "bin/jlink";
  private static final String JAVA_HOME = "/opt/java";

  /** Jib's own time for files. */
  private static final Instant FILE_TIME = Instant.EPOCH.plusSeconds(1);

  private final Path javaHome;
  private final Path cache;
  private final Progress progress;
  private final String operatingSystem;
  private final List<String> modules;
  private final BaseImageCache kept;

  /**
   * A base image of a JDK.
   *
   * @param javaHome the JDK; {@code java.home} of the running Maven, or a toolchain's
   * @param cache the directory that keeps the images
   */
  public JdkBaseImage(Path javaHome, Path cache, Progress progress) {
    this(javaHome, cache, progress, System.getProperty("os.name", ""), MODULES, Clock.systemUTC());
  }

  JdkBaseImage(
      Path javaHome,
      Path cache,
      Progress progress,
      String operatingSystem,
      List<String> modules,
      Clock clock) {
    this.javaHome = real(javaHome);
    this.cache = cache.toAbsolutePath().normalize();
    this.progress = progress;
    this.operatingSystem = operatingSystem;
    this.modules = List.copyOf(modules);
    this.kept = new BaseImageCache(this.cache, clock, progress);
  }

  /** ldd prints real paths, and a JDK is often reached through a link. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }

  /**
   * The archive of the image and what it runs on.
   *
   * @param tar a docker-archive
   * @param architecture in the words of OCI: {@code amd64}, {@code arm64}
   */
  public record Made(Path tar, String architecture) {}

  /** Makes the image, or finds the one made before. */
  public Made make() {
    if (!operatingSystem.toLowerCase(Locale.ROOT).contains("linux")) {
      throw impossible(
          "A container runs Linux, and the JDK of this machine is for '" + operatingSystem + "'");
    }
    if (!Files.isExecutable(javaHome.resolve(JLINK))) {
      throw impossible("This is a Java runtime without bin/jlink, not a whole JDK");
    }
    try {
      Properties release = release();
      String architecture = architecture(unquoted(release, "OS_ARCH"));
      String name = "jdk-" + unquoted(release, "JAVA_VERSION") + "-" + architecture;
      Path tar = FileMutex.holding(cache.resolve(".lock"), () -> findOrMake(name, architecture));
      return new Made(tar, architecture);
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              "Cannot make a base image from the JDK: " + e,
              cache.toString(),
              "Check that the directory is writable and that the disk has 500 MB. " + WAY_AROUND),
          e);
    }
  }

  /**
   * Which libraries the runtime needs is known after jlink has made it, so their list is kept by
   * the JDK's identity, and the image by the identity of the JDK and of the libraries.
   */
  private Path findOrMake(String name, String architecture) throws IOException {
    String jdk = identityOfJdk();
    Path list = cache.resolve(name + "-" + jdk + ".libraries");
    if (Files.isRegularFile(list)) {
      List<Path> known = Files.readAllLines(list).stream().map(Path::of).toList();
      Path tar = tar(name, jdk, known);
      if (Files.isRegularFile(tar)) {
        kept.use(list);
        kept.use(tar);
        progress.detail("Base image made from the JDK: " + tar);
        return tar;
      }
    }
    progress.say(
        "Making a base image from " + name + ", once for this JDK: about 20 s (in " + cache + ")");
    kept.removeUnused();
    Path work = kept.makeWork();
    try {
      Path runtime = work.resolve("java");
      link(runtime);
      copyTrustStore(runtime);
      Set<Path> libraries = libraries(runtime);
      Path tar = tar(name, jdk, libraries);
      containerize(List.of(system(work, libraries), java(runtime)), name, architecture, work, tar);
      Path draft = work.resolve("libraries");
      Files.writeString(
          draft, libraries.stream().map(file -> file + "\n").collect(Collectors.joining()));
      Files.move(draft, list, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      kept.use(list);
      kept.use(tar);
      return tar;
    } finally {
      BaseImageCache.deleteTree(work);
    }
  }

  private Path tar(String name, String jdk, Collection<Path> libraries) throws IOException {
    MessageDigest digest = sha256();
    update(digest, jdk);
    for (Path library : libraries) {
      update(digest, library.toString());
      update(digest, library);
    }
    return cache.resolve(name + "-" + shortHex(digest) + ".tar");
  }

  // jlink's own compression is left off: the layer is compressed as a whole, which gives a smaller
  // image (44 MB as against 51 MB with --compress=2) that starts faster.
  private void link(Path runtime) throws IOException {
    Set<String> available = new TreeSet<>();
    Output list = run(javaHome.resolve("bin/java").toString(), "--list-modules");
    list.text().lines().forEach(line -> available.add(line.replaceFirst("@.*", "").strip()));
    List<String> linked = modules.stream().filter(available::contains).toList();
    Output output =
        run(
            javaHome.resolve(JLINK).toString(),
            "--add-modules",
            String.join(",", linked),
            "--no-man-pages",
            "--no-header-files",
            "--output",
            runtime.toString());
    if (output.exitCode() != 0) {
      throw impossible(
          "jlink cannot make a runtime from this JDK. It says: " + output.text().strip());
    }
  }

  /** Distributions keep the certificates outside the JDK, and administrators add their own. */
  private void copyTrustStore(Path runtime) throws IOException {
    Path own = javaHome.resolve(TRUST_STORE);
    if (Files.isReadable(own) && Files.size(own) > 0) {
      Files.copy(own, runtime.resolve(TRUST_STORE), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private FileEntriesLayer java(Path runtime) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName("java");
    addTree(layer, runtime, JAVA_HOME);
    return layer.build();
  }

  private FileEntriesLayer system(Path work, Set<Path> libraries) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName("system");
    for (Path library : libraries) {
      add(layer, library, library.toString(), "755", "0:0");
    }
    for (Path locale : locales()) {
      addTree(layer, locale, locale.toString());
    }
    Path empty = Files.createDirectory(work.resolve("empty"));
    add(layer, empty, "/tmp", "777", "0:0");
    add(layer, empty, HOME, "755", USER);
    addText(
        layer,
        work,
        "/etc/passwd",
        """
        root:x:0:0:root:/root:/sbin/nologin
        nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
        """);
    addText(layer, work, "/etc/group", "root:x:0:\nnonroot:x:65532:\n");
    addText(
        layer,
        work,
        "/etc/nsswitch.conf",
        """
        passwd: files
        group: files
        hosts: files dns
        """);
    return layer.build();
  }

  private static void containerize(
      List<FileEntriesLayer> layers, String name, String architecture, Path work, Path tar)
      throws IOException {
    Path draft = work.resolve("image.tar");
    try {
      Jib.fromScratch()
          .setFormat(ImageFormat.Docker)
          .setPlatforms(Set.of(new Platform(architecture, "linux")))
          .setCreationTime(Instant.EPOCH)
          .setFileEntriesLayers(layers)
          .setEnvironment(
              Map.of(
                  "JAVA_HOME",
                  JAVA_HOME,
                  "PATH",
                  JAVA_HOME + "/bin:/usr/local/bin:/usr/bin:/bin",
                  // Before JDK 18 the locale decides how text is read and written.
                  "LANG",
                  "C.UTF-8"))
          .setUser(USER)
          .containerize(
              Containerizer.to(TarImage.at(draft).named("bigflow/jdk:" + legalTag(name)))
                  .setOfflineMode(true)
                  .setBaseImageLayersCache(work.resolve("cache"))
                  .setApplicationLayersCache(work.resolve("cache"))
                  .setToolName("bigflow")
                  .addEventHandler(LogEvent.class, event -> {}));
      Files.move(draft, tar, StandardCopyOption.ATOMIC_MOVE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("Jib: " + e.getMessage(), e);
    }
  }

  private static String legalTag(String name) {
    return name.replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  // ---- what goes in

  private Set<Path> libraries(Path root) throws IOException {
    List<Path> core = new ArrayList<>();
    List<Path> desktop = new ArrayList<>();
    core.add(root.resolve("bin/java"));
    try (Stream<Path> files = Files.walk(root.resolve("lib"))) {
      files
          .filter(file -> file.getFileName().toString().endsWith(".so"))
          .filter(Files::isRegularFile)
          .sorted()
          .filter(file -> !SCREEN_AND_SOUND.contains(file.getFileName().toString()))
          .forEach(
              file -> (DESKTOP.contains(file.getFileName().toString()) ? desktop : core).add(file));
    }
    SharedLibraries needed = ldd(core, root);
    Set<String> missing = new TreeSet<>(needed.missing());
    missing.removeIf(name -> Files.exists(root.resolve("lib/server").resolve(name)));
    if (!missing.isEmpty()) {
      throw impossible("The JDK needs libraries that ldd does not find: " + missing);
    }
    Set<Path> libraries = new TreeSet<>(needed.files());
    if (!desktop.isEmpty()) {
      libraries.addAll(ldd(desktop, root).files());
    }
    addCompanions(libraries);
    return libraries;
  }

  private SharedLibraries ldd(List<Path> files, Path root) throws IOException {
    List<String> command = new ArrayList<>(List.of("ldd"));
    files.forEach(file -> command.add(file.toString()));
    Output output;
    try {
      output = run(command.toArray(String[]::new));
    } catch (IOException e) {
      throw impossible("The program 'ldd', which lists the C library's files, cannot be run");
    }
    SharedLibraries libraries = SharedLibraries.parse(output.text(), root);
    if (libraries.files().isEmpty()) {
      throw impossible("'ldd' lists no C library for this JDK: " + output.text().strip());
    }
    return libraries;
  }

  private static void addCompanions(Set<Path> libraries) {
    Set<Path> folders = new TreeSet<>();
    for (Path library : libraries) {
      Path folder = library.getParent();
      if (library.getFileName().toString().startsWith("libc.") && folder != null) {
        folders.add(folder);
        folders.add(Path.of("/usr").resolve(Path.of("/").relativize(folder)));
      }
    }
    for (String companion : COMPANIONS) {
      if (libraries.stream().noneMatch(file -> file.endsWith(companion))) {
        folders.stream()
            .map(folder -> folder.resolve(companion))
            .filter(Files::isRegularFile)
            .findFirst()
            .ifPresent(libraries::add);
      }
    }
  }

  /** UTF-8 for any language; glibc has it built in since 2.35. */
  private static List<Path> locales() {
    return Stream.of("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8")
        .map(Path::of)
        .filter(Files::isDirectory)
        .toList();
  }

  // ---- the name of what is kept

  private String identityOfJdk() throws IOException {
    MessageDigest digest = sha256();
    update(digest, "format " + FORMAT);
    update(digest, modules.toString());
    update(digest, javaHome.resolve("release"));
    update(digest, javaHome.resolve("lib/server/libjvm.so"));
    Path trustStore = javaHome.resolve(TRUST_STORE);
    if (Files.isReadable(trustStore)) {
      update(digest, trustStore);
    }
    for (Path locale : locales()) {
      try (Stream<Path> tree = Files.walk(locale)) {
        for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
          update(digest, file.toString());
          update(digest, file);
        }
      }
    }
    return shortHex(digest);
  }

  private static void update(MessageDigest digest, String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private static String shortHex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
  }

  private Properties release() throws IOException {
    Properties release = new Properties();
    try (var reader = Files.newBufferedReader(javaHome.resolve("release"))) {
      release.load(reader);
    }
    return release;
  }

  private static String unquoted(Properties release, String key) {
    return release.getProperty(key, "unknown").replace("\"", "");
  }

  private static String architecture(String name) {
    return switch (name) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }

  // ---- files

  private static void addTree(FileEntriesLayer.Builder layer, Path root, String target)
      throws IOException {
    List<Path> paths;
    try (Stream<Path> tree = Files.walk(root)) {
      paths = tree.sorted(Comparator.comparing(Path::toString)).toList();
    }
    for (Path path : paths) {
      String inside = root.relativize(path).toString();
      boolean open = Files.isDirectory(path) || Files.isExecutable(path);
      add(
          layer,
          path,
          inside.isEmpty() ? target : target + "/" + inside,
          open ? "755" : "644",
          "0:0");
    }
  }

  private static void add(
      FileEntriesLayer.Builder layer, Path source, String target, String mode, String owner) {
    layer.addEntry(
        source,
        AbsoluteUnixPath.get(target),
        FilePermissions.fromOctalString(mode),
        FILE_TIME,
        owner);
  }

  private static void addText(FileEntriesLayer.Builder layer, Path work, String target, String text)
      throws IOException {
    Path file = work.resolve(target.replace('/', '_'));
    Files.writeString(file, text);
    add(layer, file, target, "644", "0:0");
  }

  // ---- programs

  private record Output(int exitCode, String text) {}

  private static Output run(String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    // Both would make the tools of the JDK print a line of their own.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Output(process.waitFor(), text);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command[0] + " was running", e);
    }
  }

  private static final String WAY_AROUND =
      "Choose another base: -D"
          + BaseImage.PARAMETER
          + "=eclipse-temurin:17-jre (or any image of a registry with Java in it), or -D"
          + BaseImage.PARAMETER
          + "=tar:FILE for an archive that `docker save` wrote";

  private BigflowException impossible(String why) {
    return BigflowException.of(
        Problem.of(
            "Cannot make a base image from the JDK. " + why, javaHome.toString(), WAY_AROUND));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
