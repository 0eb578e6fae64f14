package dev.dmabroker.samples.broker;

import java.nio.file.Path;

/**
 * The folder in which the program was called. The installed launcher changes to the program's own
 * folder, and tells where it was before.
 */
final class CallersFolder {
  private static final String VARIABLE = "DMABROKER_FOLDER";

  private CallersFolder() {}

  /** A path of the command line; a relative one begins at that folder. */
  static Path resolve(Path path) {
    return Supervisor.ofThisProcess()
        .variable(VARIABLE)
        .map(folder -> Path.of(folder).resolve(path))
        .orElse(path);
  }
}
