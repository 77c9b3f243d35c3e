// SPDX-License-Identifier: Apache-2.0
package io.bigflow.git;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/** The machine as JGit sees it, but JGit's own settings live in memory and are never written. */
final class ReadOnlyGitConfig extends SystemReader.Delegate {

  ReadOnlyGitConfig(SystemReader machine) {
    super(machine);
  }

  @Override
  public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
    return new FileBasedConfig(parent, null, fs) {
      @Override
      public void load() {
        // There is no file.
      }

      @Override
      public void save() {
        // Nothing is kept.
      }

      @Override
      public boolean isOutdated() {
        return false;
      }
    };
  }
}
