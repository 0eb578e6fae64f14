package dev.dmabroker.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of the working tree that the tests of this module read. */
final class Documents {
  /** The top of the working tree: Maven runs the tests in the folder of their module. */
  static final Path TOP =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")))
          .toAbsolutePath()
          .resolveSibling("")
          .normalize();

  /** The modules that are published, with the sources of their exported packages. */
  static final List<Path> PUBLIC_PACKAGES =
      Stream.of(
              "api/src/main/java/dev/dmabroker",
              "api/src/main/java/dev/dmabroker/spec",
              "api/src/main/java/dev/dmabroker/spi",
              "api/src/main/java/dev/dmabroker/event",
              "allocators/src/main/java/dev/dmabroker/allocators",
              "allocators/devices/src/main/java/dev/dmabroker/devices",
              "allocators/gstreamer/src/main/java/dev/dmabroker/gstreamer",
              "heuristics/src/main/java/dev/dmabroker/heuristics",
              "metrics/src/main/java/dev/dmabroker/metrics",
              "allocators/remote/src/main/java/dev/dmabroker/remote")
          .map(TOP::resolve)
          .toList();

  /** Folders with what is built or borrowed. */
  private static final Set<String> FOREIGN = Set.of("target", "shared");

  private Documents() {}

  /** All Markdown pages, in the order of their paths. */
  static List<Path> pages() {
    List<Path> pages = new ArrayList<>();
    try {
      Files.walkFileTree(TOP, new Finder(pages));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pages.stream().sorted().toList();
  }

  /** The sources of one package, without those of packages below it. */
  static List<Path> sources(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How a file is called in messages: its path from the top. */
  static String name(Path file) {
    return TOP.relativize(file).toString();
  }

  private static final class Finder extends SimpleFileVisitor<Path> {
    private final List<Path> pages;

    Finder(List<Path> pages) {
      this.pages = pages;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      String name = folder.getFileName().toString();
      boolean foreign = FOREIGN.contains(name) || name.startsWith(".");
      return foreign && !folder.equals(TOP)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (file.toString().endsWith(".md")) {
        pages.add(file);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
