// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where Cloud Storage, or what stands for it, listens.
 *
 * @param uri scheme and host, perhaps a port and a path; no slash at the end
 * @param isEmulator whether it is known to stand for Cloud Storage only
 */
public record StorageEndpoint(URI uri, boolean isEmulator) {

  /** Cloud Storage itself. */
  public static final StorageEndpoint GOOGLE =
      new StorageEndpoint(URI.create("https://storage.googleapis.com"), false);

  /**
   * The endpoint in force: our own setting, else the variable that Google's libraries know, else
   * Google's.
   *
   * @param setting the value of {@code bigflow.storage.endpoint}
   * @param emulatorHost the value of {@code STORAGE_EMULATOR_HOST}; the scheme may be missing
   */
  public static StorageEndpoint of(@Nullable String setting, @Nullable String emulatorHost) {
    if (setting != null && !setting.isBlank()) {
      return parse(setting.strip(), "bigflow.storage.endpoint", false);
    }
    if (emulatorHost != null && !emulatorHost.isBlank()) {
      String value = emulatorHost.strip();
      return parse(
          value.contains("://") ? value : "http://" + value, "STORAGE_EMULATOR_HOST", true);
    }
    return GOOGLE;
  }

  /**
   * Whether credentials may be sent there: over TLS alone, to Google or to this machine, and never
   * to an emulator.
   */
  public boolean takesCredentials() {
    return !isEmulator && ServiceAddress.takesCredentials(uri);
  }

  @Override
  public String toString() {
    return uri.toString();
  }

  private static StorageEndpoint parse(String value, String where, boolean isEmulator) {
    return new StorageEndpoint(
        ServiceAddress.parse(value, where, "Cloud Storage", "http://127.0.0.1:4443"), isEmulator);
  }
}
