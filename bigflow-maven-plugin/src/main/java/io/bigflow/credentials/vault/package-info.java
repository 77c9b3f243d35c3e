// SPDX-License-Identifier: Apache-2.0
/** Google access tokens from HashiCorp Vault, or from what speaks its protocol. */
@NullMarked
package io.bigflow.credentials.vault;

import org.jspecify.annotations.NullMarked;
