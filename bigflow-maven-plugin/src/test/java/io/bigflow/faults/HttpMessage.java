// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request or an answer of HTTP/1.1 as it travels, whole in memory.
 *
 * @param start the first line
 * @param headers names and values in their order, without those that frame the body
 * @param body as it was sent, without chunks
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record HttpMessage(String start, List<Header> headers, byte[] body) {

  /** A header. */
  record Header(String name, String value) {
    boolean is(String other) {
      return name.equalsIgnoreCase(other);
    }
  }

  private static final List<String> FRAMING =
      List.of("connection", "keep-alive", "content-length", "transfer-encoding", "expect");

  /** An answer with a body of JSON. */
  static HttpMessage json(int status, String reason, String json) {
    return new HttpMessage(
        "HTTP/1.1 " + status + " " + reason,
        List.of(new Header("Content-Type", "application/json; charset=UTF-8")),
        json.getBytes(ISO_8859_1));
  }

  /** This message with one more header. */
  HttpMessage with(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new HttpMessage(start, List.copyOf(more), body);
  }

  /** The value of a header. */
  Optional<String> header(String name) {
    return headers.stream().filter(header -> header.is(name)).map(Header::value).findFirst();
  }

  /** The status of an answer. */
  int status() {
    return Integer.parseInt(start.split(" ", 3)[1]);
  }

  /** Reads a request; null if the connection ended before it began. */
  static @Nullable HttpMessage readRequest(InputStream in, OutputStream toClient)
      throws IOException {
    @Nullable String start = line(in);
    if (start == null) {
      return null;
    }
    List<Header> headers = headers(in);
    if (value(headers, "expect").map("100-continue"::equalsIgnoreCase).orElse(false)) {
      toClient.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
      toClient.flush();
    }
    byte[] body;
    if (isChunked(headers)) {
      body = chunks(in);
    } else {
      int length = value(headers, "content-length").map(Integer::parseInt).orElse(0);
      body = in.readNBytes(length);
      if (body.length < length) {
        throw new EOFException("the request ended early");
      }
    }
    return new HttpMessage(start, unframed(headers), body);
  }

  /** Reads the answer of a connection that ends with it. */
  static HttpMessage readAnswer(InputStream in, boolean hasBody) throws IOException {
    @Nullable String start = line(in);
    while (start != null && start.startsWith("HTTP/1.1 100")) {
      headers(in);
      start = line(in);
    }
    if (start == null) {
      throw new EOFException("the server closed the connection");
    }
    List<Header> headers = headers(in);
    byte[] body = !hasBody ? new byte[0] : isChunked(headers) ? chunks(in) : in.readAllBytes();
    List<Header> kept = new ArrayList<>(unframed(headers));
    if (!hasBody) {
      // Of an answer to HEAD it is the length of what GET would give.
      value(headers, "content-length").ifPresent(v -> kept.add(new Header("Content-Length", v)));
    }
    return new HttpMessage(start, List.copyOf(kept), body);
  }

  /** Writes a request after which the connection is to end. */
  void writeRequest(OutputStream out) throws IOException {
    List<Header> framed = new ArrayList<>(headers);
    framed.add(new Header("Connection", "close"));
    if (body.length > 0 || start.startsWith("P")) {
      framed.add(new Header("Content-Length", Integer.toString(body.length)));
    }
    write(out, framed);
  }

  /** Writes an answer; the connection stays. */
  void writeAnswer(OutputStream out, boolean hasBody) throws IOException {
    List<Header> framed = new ArrayList<>(headers);
    if (hasBody) {
      framed.add(new Header("Content-Length", Integer.toString(body.length)));
    }
    write(out, framed);
  }

  private void write(OutputStream out, List<Header> framed) throws IOException {
    StringBuilder head = new StringBuilder(start).append("\r\n");
    framed.forEach(h -> head.append(h.name()).append(": ").append(h.value()).append("\r\n"));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
    all.writeBytes(body);
    out.write(all.toByteArray());
    out.flush();
  }

  private static List<Header> headers(InputStream in) throws IOException {
    List<Header> headers = new ArrayList<>();
    for (@Nullable String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.add(new Header(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return headers;
  }

  private static List<Header> unframed(List<Header> headers) {
    return headers.stream()
        .filter(header -> !FRAMING.contains(header.name().toLowerCase(Locale.ROOT)))
        .toList();
  }

  private static Optional<String> value(List<Header> headers, String name) {
    return headers.stream().filter(header -> header.is(name)).map(Header::value).findFirst();
  }

  private static boolean isChunked(List<Header> headers) {
    return value(headers, "transfer-encoding").map("chunked"::equalsIgnoreCase).orElse(false);
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      @Nullable String line = line(in);
      if (line == null) {
        throw new EOFException("the body ended early");
      }
      int length = Integer.parseInt(line.split(";", 2)[0].strip(), 16);
      byte[] chunk = in.readNBytes(length);
      if (chunk.length < length) {
        throw new EOFException("the body ended early");
      }
      body.writeBytes(chunk);
      line(in);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return bytes.size() == 0 ? null : bytes.toString(ISO_8859_1);
      }
      if (next != '\r') {
        bytes.write(next);
      }
    }
    return bytes.toString(ISO_8859_1);
  }
}
