// SPDX-License-Identifier: Apache-2.0
package example.sales;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

@ConfigMapping(prefix = "sales")
public interface SalesConfig extends Machines {
  String bucket();

  @WithDefault("europe-west1")
  String region();

  List<String> shops();

  Optional<Integer> limit();
}
