// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.services.dataflow.model.DataflowPackage;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;
import org.apache.beam.sdk.options.PipelineOptions;

/** Uploads nothing; its packages say what would be. Beam makes it by its name. */
public final class NoStaging implements Stager {

  private NoStaging() {}

  /** What Beam calls. */
  public static NoStaging fromOptions(PipelineOptions options) {
    return new NoStaging();
  }

  @Override
  public List<DataflowPackage> stageFiles(List<StagedFile> files) {
    List<DataflowPackage> packages = new ArrayList<>();
    files.forEach(file -> packages.add(packageOf(file.getDestination())));
    return packages;
  }

  @Override
  public DataflowPackage stageToFile(byte[] bytes, String name) {
    return packageOf(name);
  }

  private static DataflowPackage packageOf(String name) {
    return new DataflowPackage()
        .setName(name)
        .setLocation("gs://my-project-dataflow/staging/" + name);
  }
}
