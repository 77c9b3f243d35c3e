// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Trust in the certificates of one file, and in no others. */
final class VaultTrust {

  /** The name of the parameter. */
  static final String PARAMETER = "bigflow.vault.caCertificate";

  private VaultTrust() {}

  /**
   * TLS that trusts certificates.
   *
   * @param pem a file with one or more certificates: authorities, or Vault's own
   */
  static SSLContext in(Path pem) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : read(pem)) {
        store.setCertificateEntry("certificate-" + number++, certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java has these algorithms", e);
    }
  }

  private static Collection<? extends Certificate> read(Path pem) {
    try {
      byte[] bytes = Files.readAllBytes(pem);
      Collection<? extends Certificate> certificates =
          bytes.length == 0
              ? List.of()
              : CertificateFactory.getInstance("X.509")
                  .generateCertificates(new ByteArrayInputStream(bytes));
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (IOException e) {
      throw unusable("The certificates in '" + pem + "' cannot be read");
    } catch (CertificateException e) {
      // Told below; the text may quote the file, which may be a key by mistake.
    }
    throw unusable("There is no certificate in '" + pem + "'");
  }

  private static BigflowException unusable(String what) {
    return BigflowException.of(
        new Problem(
            what,
            PARAMETER,
            "Name a file with the certificate of Vault or of its authority in PEM form:"
                + " -----BEGIN CERTIFICATE-----",
            "certificate-not-trusted"));
  }
}
