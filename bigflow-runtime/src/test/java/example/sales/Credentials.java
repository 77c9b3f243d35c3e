// SPDX-License-Identifier: Apache-2.0
package example.sales;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.Secret;

/** The mapping of docs/secrets.md. */
@ConfigMapping(prefix = "sales")
public interface Credentials {
  Secret<String> password();
}
