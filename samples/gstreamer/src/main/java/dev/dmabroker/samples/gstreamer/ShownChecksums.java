package dev.dmabroker.samples.gstreamer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records the checksums that the kernel tells of the pictures on a display, from when the display
 * is on. A program copies them into a file, as a read of them waits for the next picture and cannot
 * be interrupted.
 */
final class ShownChecksums {
  private static final Path CARDS = Path.of("/sys/kernel/debug/dri");

  /** After the picture's number, which may be unknown (drivers/gpu/drm/drm_debugfs_crc.c). */
  private static final Pattern CHECKSUM = Pattern.compile(" (0x[0-9a-f]{8})");

  private final Path source;
  private final Path copy;
  private final Process display;
  private final CompletableFuture<Void> copied;
  private volatile @Nullable Process copying;
  private volatile boolean ended;

  private ShownChecksums(Path source, Path copy, Process display) {
    this.source = source;
    this.copy = copy;
    this.display = display;
    this.copied = CompletableFuture.runAsync(this::copy);
  }

  /** The kernel's folder of the checksums of a driver's display; empty if it has none. */
  static Optional<Path> of(String driver) throws IOException {
    if (!Files.isDirectory(CARDS)) {
      return Optional.empty();
    }
    try (Stream<Path> cards = Files.list(CARDS)) {
      for (Path card : cards.sorted().toList()) {
        Path name = card.resolve("name");
        if (Files.exists(name) && Files.readString(name).startsWith(driver + " ")) {
          return Optional.of(card.resolve("crtc-0").resolve("crc")).filter(Files::isDirectory);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Begins to record.
   *
   * @param folder the kernel's
   * @param copy where they are kept
   * @param display the program that shows pictures
   */
  static ShownChecksums record(Path folder, Path copy, Process display) throws IOException {
    Files.writeString(folder.resolve("control"), "auto");
    Files.createFile(copy);
    return new ShownChecksums(folder.resolve("data"), copy, display);
  }

  private void copy() {
    try {
      while (display.isAlive() && !ended) { // While the display is off, there is nothing to read.
        Process cat =
            new ProcessBuilder("cat", source.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(copy.toFile()))
                .start();
        copying = cat;
        if (ended) {
          cat.destroy();
        }
        int unused = cat.waitFor();
      }
    } catch (IOException | InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  /** Records no more, and returns the checksums in the order of the pictures. */
  List<Long> end() throws IOException {
    ended = true;
    Process last = copying;
    if (last != null) {
      last.destroy();
    }
    copied.join();
    return CHECKSUM
        .matcher(Files.readString(copy, StandardCharsets.ISO_8859_1))
        .results()
        .map(each -> Long.decode(each.group(1)))
        .toList();
  }
}
