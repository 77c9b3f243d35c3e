// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.services.dataflow.model.DataflowPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;

/**
 * Keeps what belongs to a template in a folder, from which it is deployed to its address later.
 *
 * @param folder on this machine
 * @param address the {@code gs://} folder that the files are deployed to
 */
record FolderStager(Path folder, String address) implements Stager {

  @Override
  public List<DataflowPackage> stageFiles(List<StagedFile> files) {
    if (!files.isEmpty()) {
      throw new IllegalStateException("A template has no files: " + files);
    }
    return List.of();
  }

  @Override
  public DataflowPackage stageToFile(byte[] bytes, String name) {
    try {
      Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DataflowPackage().setName(name).setLocation(address + "/" + name);
  }
}
