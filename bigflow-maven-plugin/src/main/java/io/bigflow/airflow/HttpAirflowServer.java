// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.progress.Progress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An Airflow whose REST API we ask: {@code /api/v1} of Airflow 2, {@code /api/v2} of Airflow 3.
 * Lists come in pages; the number of requests grows with the number of DAGs divided by 100.
 *
 * @see <a href="https://airflow.apache.org/docs/apache-airflow/2.11.0/stable-rest-api-ref.html">the
 *     API of Airflow 2</a>
 * @see <a href="https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html">the
 *     API of Airflow 3</a>
 */
public final class HttpAirflowServer implements AirflowServer {

  /** What {@code [api] maximum_page_limit} is unless somebody has changed it. */
  private static final int PAGE = 100;

  /** Up to so many DAGs it takes fewer requests to ask for each of them than for a list. */
  private static final int FEW = 3;

  /** The question must fit into what databases and gateways take. */
  private static final int DAGS_PER_QUESTION = 500;

  private static final Set<String> ACTIVE = Set.of("queued", "running");
  private static final String COMPOSER_DAGS = "/home/airflow/gcs/dags/";

  private final URI base;
  private final AirflowHttp http;
  private @Nullable AirflowVersion version;

  private HttpAirflowServer(URI base, AirflowHttp http) {
    this.base = base;
    this.http = http;
  }

  /**
   * An Airflow. Nothing is asked yet.
   *
   * @param address of its web interface, as Composer's {@code config.airflowUri}
   * @param login who we are; refused for an address with plain http, unless it is this machine
   * @param proxies which proxy leads to a host, {@code ProxySelector.getDefault()}
   * @param progress told of attempts that failed, at detail level
   */
  public static HttpAirflowServer at(
      String address, AirflowLogin login, ProxySelector proxies, Progress progress) {
    return at(address, login, proxies, progress, Retries.STANDARD, Timer.system());
  }

  static HttpAirflowServer at(
      String address,
      AirflowLogin login,
      ProxySelector proxies,
      Progress progress,
      Retries retries,
      Timer timer) {
    URI base = parse(address);
    if (!(login instanceof AirflowLogin.None)
        && !"https".equals(base.getScheme())
        && !isThisMachine(base.getHost())) {
      throw new AirflowProblems(base, login).plainHttp();
    }
    return new HttpAirflowServer(
        base, new AirflowHttp(base, login, proxies, retries, timer, progress));
  }

  private static URI parse(String address) {
    try {
      URI uri = new URI(address.strip().replaceFirst("/+$", ""));
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (isHttp
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && !uri.getRawPath().matches(".*/api(/v\\d+)?")) {
        return uri;
      }
      throw AirflowProblems.noAddress(
          uri.getRawUserInfo() == null ? address : "an address with a password");
    } catch (URISyntaxException e) {
      throw AirflowProblems.noAddress(
          address.contains("@") ? "an address with a password" : address);
    }
  }

  // By name only: asking the resolver could be lied to.
  private static boolean isThisMachine(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  @Override
  public String name() {
    return base.toString();
  }

  @Override
  public synchronized AirflowVersion version() {
    AirflowVersion known = version;
    if (known == null) {
      known = findVersion();
      if (isAirflow3(known)) {
        http.givesTokens();
      }
      version = known;
    }
    return known;
  }

  private AirflowVersion findVersion() {
    String action = "read the version";
    Optional<JsonNode> answer = http.find(action, "/api/v2/version");
    boolean isNew = answer.isPresent();
    if (!isNew) {
      answer = http.find(action, "/api/v1/version");
    }
    String text = answer.orElseThrow(() -> http.problems().noApi()).path("version").asText();
    AirflowVersion found =
        AirflowVersion.parse(text)
            .orElseThrow(() -> http.problems().garbage(action, name(), "JSON without a version"));
    if (isNew ? found.major() < 3 : found.major() != 2) {
      throw http.problems().unknownVersion(found);
    }
    return found;
  }

  private static boolean isAirflow3(AirflowVersion version) {
    return version.major() >= 3;
  }

  /** A path of the API, below the address. */
  String api(String path) {
    return (isAirflow3(version()) ? "/api/v2" : "/api/v1") + path;
  }

  @Override
  public List<ActiveRun> activeRuns(Collection<String> dagIds) {
    String action = "read the active runs";
    List<String> ids = List.copyOf(new TreeSet<>(dagIds));
    List<ActiveRun> runs = new ArrayList<>();
    // Without ids the API would list the runs of all DAGs, hence no question for none.
    for (int from = 0; from < ids.size(); from += DAGS_PER_QUESTION) {
      List<String> some = ids.subList(from, Math.min(from + DAGS_PER_QUESTION, ids.size()));
      Page page;
      int offset = 0;
      do {
        Map<String, Object> question =
            Map.of(
                "dag_ids",
                some,
                "states",
                List.of("queued", "running"),
                "order_by",
                "id",
                "page_limit",
                PAGE,
                "page_offset",
                offset);
        page =
            page(
                action,
                http.ask(action, api("/dags/~/dagRuns/list"), question),
                "dag_runs",
                run -> {
                  if (ACTIVE.contains(run.path("state").asText())) {
                    runs.add(activeRun(run));
                  }
                });
        offset += page.size();
      } while (page.size() > 0 && offset < page.total());
    }
    runs.sort(Comparator.comparing(ActiveRun::dagId).thenComparing(ActiveRun::runId));
    return List.copyOf(runs);
  }

  private static ActiveRun activeRun(JsonNode run) {
    return new ActiveRun(
        run.path("dag_id").asText(),
        run.path("dag_run_id").asText(),
        run.path("state").asText(),
        time(run.path("start_date")));
  }

  @Override
  public Map<String, DagState> dags(Collection<String> dagIds) {
    String action = "read the DAGs";
    TreeSet<String> missing = new TreeSet<>(dagIds);
    SortedMap<String, DagState> found = new TreeMap<>();
    int offset = 0;
    int pages = missing.size() > FEW ? 1 : Integer.MAX_VALUE;
    while (!missing.isEmpty() && pages <= missing.size()) {
      Page page =
          page(
              action,
              http.get(action, dagList(commonPart(dagIds), offset)),
              "dags",
              dag -> {
                String id = dag.path("dag_id").asText();
                if (missing.remove(id)) {
                  found.put(id, dagState(dag));
                }
              });
      offset += page.size();
      if (page.size() == 0 || offset >= page.total()) {
        return Collections.unmodifiableMap(found); // The whole list: what is missing is unknown.
      }
      pages = (page.total() - offset + page.size() - 1) / page.size();
    }
    for (String id : missing) {
      http.find(action, api("/dags/" + encoded(id))).ifPresent(dag -> found.put(id, dagState(dag)));
    }
    return Collections.unmodifiableMap(found);
  }

  private String dagList(String part, int offset) {
    return api("/dags?limit=")
        + PAGE
        + "&offset="
        + offset
        + (isAirflow3(version()) ? "&exclude_stale=false" : "&only_active=false")
        + "&order_by=dag_id"
        + (part.isEmpty() ? "" : "&dag_id_pattern=" + encoded(part));
  }

  /**
   * What the ids begin with or end with, whichever is longer. The API finds ids that contain it; an
   * underscore stands for any character there, which finds more but never less.
   */
  static String commonPart(Collection<String> dagIds) {
    String first = dagIds.iterator().next();
    int prefix = first.length();
    int suffix = first.length();
    for (String id : dagIds) {
      int most = Math.min(id.length(), prefix);
      int same = 0;
      while (same < most && id.charAt(same) == first.charAt(same)) {
        same++;
      }
      prefix = same;
      most = Math.min(id.length(), suffix);
      same = 0;
      while (same < most
          && id.charAt(id.length() - 1 - same) == first.charAt(first.length() - 1 - same)) {
        same++;
      }
      suffix = same;
    }
    return prefix >= suffix ? first.substring(0, prefix) : first.substring(first.length() - suffix);
  }

  private DagState dagState(JsonNode dag) {
    Set<String> tags = new TreeSet<>();
    dag.path("tags").forEach(tag -> tags.add(tag.path("name").asText()));
    return new DagState(
        dag.path("dag_id").asText(),
        tags,
        dag.path("is_paused").asBoolean(),
        isAirflow3(version())
            ? dag.path("is_stale").asBoolean()
            : !dag.path("is_active").asBoolean(true),
        dag.path("has_import_errors").asBoolean(),
        time(dag.path("last_parsed_time")),
        belowDags(dag.path("relative_fileloc").asText(dag.path("fileloc").asText(""))),
        time(
            dag.path(
                isAirflow3(version()) ? "next_dagrun_run_after" : "next_dagrun_create_after")));
  }

  /** All DAGs that a filter lets pass, stale ones too. */
  void eachDag(String filter, Consumer<DagState> each) {
    eachItem(
        "read the DAGs",
        api("/dags?order_by=dag_id&")
            + (isAirflow3(version()) ? "exclude_stale=false" : "only_active=false")
            + filter
            + "&",
        "dags",
        dag -> each.accept(dagState(dag)));
  }

  /**
   * All items of a list.
   *
   * @param path ends so that a parameter can follow
   */
  void eachItem(String action, String path, String list, Consumer<JsonNode> each) {
    Page page;
    int offset = 0;
    do {
      page =
          page(action, http.get(action, path + "limit=" + PAGE + "&offset=" + offset), list, each);
      offset += page.size();
    } while (page.size() > 0 && offset < page.total());
  }

  @Override
  public AirflowRuns runs() {
    return new HttpAirflowRuns(this, http);
  }

  @Override
  public List<ImportError> importErrors() {
    String action = "read the import errors";
    List<ImportError> errors = new ArrayList<>();
    Page page;
    int offset = 0;
    do {
      page =
          page(
              action,
              http.get(
                  action,
                  api("/importErrors?limit=")
                      + PAGE
                      + "&offset="
                      + offset
                      + "&order_by=import_error_id"),
              "import_errors",
              error ->
                  errors.add(
                      new ImportError(
                          belowDags(error.path("filename").asText()),
                          error.path("stack_trace").asText(),
                          time(error.path("timestamp")))));
      offset += page.size();
    } while (page.size() > 0 && offset < page.total());
    errors.sort(Comparator.comparing(ImportError::file));
    return List.copyOf(errors);
  }

  /**
   * Airflow 3 says the path below its DAGs folder, Airflow 2 an absolute one, and its DAGs folder
   * is not told to everybody. Composer's is known; elsewhere it is most often called {@code dags}.
   */
  static String belowDags(String file) {
    if (!file.startsWith("/")) {
      return file;
    }
    int folder =
        file.startsWith(COMPOSER_DAGS) ? COMPOSER_DAGS.length() - 6 : file.indexOf("/dags/");
    return folder < 0 ? file : file.substring(folder + 6);
  }

  @Override
  public URI dagLink(String dagId) {
    return URI.create(base + "/dags/" + encoded(dagId) + (isAirflow3(version()) ? "" : "/grid"));
  }

  @Override
  public String toString() {
    return name();
  }

  /**
   * A part of a list.
   *
   * @param size how many came
   * @param total how many there are
   */
  private record Page(int size, int total) {}

  private Page page(String action, JsonNode answer, String list, Consumer<JsonNode> each) {
    JsonNode items = answer.path(list);
    if (!items.isArray()) {
      throw http.problems().garbage(action, name(), "JSON without '" + list + "'");
    }
    items.forEach(each);
    // Without a total the list ends with an empty page.
    return new Page(items.size(), answer.path("total_entries").asInt(Integer.MAX_VALUE));
  }

  static @Nullable Instant time(JsonNode value) {
    try {
      return value.isTextual() ? OffsetDateTime.parse(value.asText()).toInstant() : null;
    } catch (DateTimeException e) {
      return null; // It is shown and compared only; nothing depends on it.
    }
  }

  static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
