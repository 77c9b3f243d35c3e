// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials.vault;

import java.io.IOException;

/** Vault gave no token. Has no cause and quotes nothing that Vault answered. */
public final class VaultFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String reason;
  private final String fix;
  private final String anchor;

  VaultFailure(int status, String reason, String fix, String anchor) {
    super(reason);
    this.status = status;
    this.reason = reason;
    this.fix = fix;
    this.anchor = anchor;
  }

  /** The status that Vault answered; 0 = none. */
  int status() {
    return status;
  }

  /** Why; part of a sentence. */
  public String reason() {
    return reason;
  }

  /** What to do; a sentence. */
  public String fix() {
    return fix;
  }

  /** The heading of docs/troubleshooting.md. */
  public String anchor() {
    return anchor;
  }
}
