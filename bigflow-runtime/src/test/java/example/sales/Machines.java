// SPDX-License-Identifier: Apache-2.0
package example.sales;

import io.smallrye.config.WithDefault;

/** What several configurations have in common. */
public interface Machines {
  int machines();

  @WithDefault("4")
  int cores();

  default int totalCores() {
    return machines() * cores();
  }
}
