// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.AbstractHttpContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpMediaType;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.JsonFactory;
import com.google.api.client.json.JsonGenerator;
import com.google.api.client.json.JsonParser;
import com.google.api.client.json.gson.GsonFactory;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import io.bigflow.bucket.ContentHash;
import io.bigflow.progress.Progress;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes objects with one request each, over the transport, the credentials and the headers of
 * Google's storage client and by its rules for trying again.
 *
 * <p>The client's own {@code Storage.create} sends the same request, but puts it together and reads
 * the answer by reflection, through layers that a JVM which lives for seconds mostly interprets: a
 * write costs it more than twice as much CPU time, and a first deployment makes a thousand of them
 * (docs/benchmarks.md).
 */
final class ObjectUpload {

  private static final JsonFactory JSON = GsonFactory.getDefaultInstance();

  private final HttpRequestFactory requests;
  private final String address;
  private final Retries retries;
  private final Progress progress;

  /**
   * Uploads to one bucket.
   *
   * @param bucket its name without {@code gs://}
   * @param options those of the client, whose transport must be HTTP
   * @param progress hears of failed attempts, at detail level
   */
  ObjectUpload(String bucket, StorageOptions options, Retries retries, Progress progress) {
    HttpTransportOptions transport = (HttpTransportOptions) options.getTransportOptions();
    this.requests =
        transport
            .getHttpTransportFactory()
            .create()
            .createRequestFactory(transport.getHttpRequestInitializer(options));
    this.address =
        options.getHost()
            + "/upload/storage/v1/b/"
            + URLEncoder.encode(bucket, UTF_8)
            + "/o?uploadType=multipart&prettyPrint=false&fields=generation&ifGenerationMatch=";
    this.retries = retries;
    this.progress = progress;
  }

  /**
   * Writes an object. The service compares its content with a hash before it keeps it.
   *
   * @param expectedGeneration the generation that is overwritten; 0 = the object must not be there
   * @return the generation written
   * @throws StorageException if the service refuses, or cannot be reached after all retries
   */
  long write(
      String path,
      byte[] content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    GenericUrl url = new GenericUrl(address + expectedGeneration, true);
    Body body = Body.of(path, content, contentType, metadata);
    return retries.run(
        progress,
        () -> {
          try {
            return send(url, body);
          } catch (IOException e) {
            throw new StorageException(e);
          }
        });
  }

  private long send(GenericUrl url, Body body) throws IOException {
    HttpRequest request = requests.buildPostRequest(url, body);
    // A failed attempt is told by its answer, as the generated clients do.
    request.setThrowExceptionOnExecuteError(false);
    // Once more with another token, if the token has expired.
    request.setNumberOfRetries(1);
    HttpResponse response = request.execute();
    if (!response.isSuccessStatusCode()) {
      throw GoogleJsonResponseException.from(JSON, response);
    }
    // Read to its end, or the connection could not be used again.
    try (JsonParser answer = JSON.createJsonParser(response.parseAsString())) {
      answer.skipToKey("generation");
      return Long.parseLong(answer.getText());
    } catch (IllegalArgumentException e) {
      // No text at all, or no number. Without the cause, which says less and would be shown.
      throw new IOException("The answer to an upload has no generation");
    }
  }

  /** An object's metadata and content: https://cloud.google.com/storage/docs/uploading-objects. */
  private static final class Body extends AbstractHttpContent {
    // Small files leave in one piece, with the parts around them.
    private static final int BUFFER = 64 << 10;

    private final byte[] head;
    private final byte[] content;
    private final byte[] tail;

    private Body(String boundary, byte[] head, byte[] content) {
      super(new HttpMediaType("multipart/related").setParameter("boundary", boundary));
      this.head = head;
      this.content = content;
      this.tail = ("\r\n--" + boundary + "--\r\n").getBytes(UTF_8);
    }

    static Body of(String path, byte[] content, String contentType, Map<String, String> metadata) {
      // At random, so that no content can hold it.
      String boundary = UUID.randomUUID().toString();
      ByteArrayOutputStream head = new ByteArrayOutputStream(1024);
      head.writeBytes(
          ("--" + boundary + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n")
              .getBytes(UTF_8));
      try (JsonGenerator json = JSON.createJsonGenerator(head, UTF_8)) {
        json.writeStartObject();
        json.writeFieldName("name");
        json.writeString(path);
        json.writeFieldName("contentType");
        json.writeString(contentType);
        json.writeFieldName("md5Hash");
        json.writeString(
            Base64.getEncoder().encodeToString(HexFormat.of().parseHex(ContentHash.md5(content))));
        json.writeFieldName("metadata");
        json.writeStartObject();
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          json.writeFieldName(entry.getKey());
          json.writeString(entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
      } catch (IOException e) {
        throw new IllegalStateException("Memory does not fail", e);
      }
      head.writeBytes(
          ("\r\n--" + boundary + "\r\nContent-Type: " + contentType + "\r\n\r\n").getBytes(UTF_8));
      return new Body(boundary, head.toByteArray(), content);
    }

    @Override
    public long getLength() {
      return (long) head.length + content.length + tail.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      OutputStream buffered = new BufferedOutputStream(out, (int) Math.min(getLength(), BUFFER));
      buffered.write(head);
      buffered.write(content);
      buffered.write(tail);
      buffered.flush();
    }
  }
}
