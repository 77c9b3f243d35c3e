// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.TestCertificates;
import java.io.IOException;
import java.net.Proxy;
import java.nio.file.Path;
import java.util.Map;

/** A machine that reaches {@link FakeGoogle}, without changing this process. */
public final class TestMachine {

  private TestMachine() {}

  /** A machine with variables. */
  public static Machine of(FakeGoogle google, Path home, Map<String, String> environment) {
    return new Machine(environment, home, transports(google));
  }

  /** The way to it. */
  public static HttpTransportFactory transports(FakeGoogle google) {
    HttpTransport transport =
        new NetHttpTransport.Builder()
            .setProxy(new Proxy(Proxy.Type.HTTP, google.proxy()))
            .setSslSocketFactory(TestCertificates.get().client().getSocketFactory())
            .build();
    return () -> transport;
  }

  /** A lookup on a machine that is not Google's. */
  static LocalAccount.Lookup notOnGoogleCloud() {
    return () -> {
      throw new IOException("Your default credentials were not found: PRIVATE-KEY");
    };
  }
}
