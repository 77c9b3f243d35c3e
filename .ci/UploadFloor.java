// SPDX-License-Identifier: Apache-2.0
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast the server of deploy-benchmarks.sh itself takes objects: a bare HTTP client that sends
 * bodies of 2,500 bytes, 32 at a time. No deployment can be faster than that.
 */
public class UploadFloor {
  public static void main(String[] arguments) throws Exception {
    String endpoint = arguments[0];
    String bucket = arguments[1];
    int number = Integer.parseInt(arguments[2]);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    ExecutorService threads = Executors.newFixedThreadPool(32);
    byte[] body = new byte[2500];
    List<Future<Integer>> running = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < number; i++) {
      URI address =
          URI.create(
              endpoint + "/upload/storage/v1/b/" + bucket + "/o?uploadType=media&name=o" + i);
      running.add(
          threads.submit(
              () ->
                  client
                      .send(
                          HttpRequest.newBuilder(address)
                              .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                              .build(),
                          HttpResponse.BodyHandlers.ofString())
                      .statusCode()));
    }
    for (Future<Integer> one : running) {
      if (one.get() != 200) {
        throw new IllegalStateException("status " + one.get());
      }
    }
    System.out.println((System.nanoTime() - start) / 1e9);
    System.exit(0);
  }
}
