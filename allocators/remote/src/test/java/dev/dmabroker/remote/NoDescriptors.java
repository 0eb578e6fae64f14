package dev.dmabroker.remote;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.remote.internal.wire.ToService;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a process no descriptors, or few, until it is closed: what the process opens or receives
 * fails with EMFILE. A process must have {@linkplain #loadClasses loaded the classes} that it will
 * need, as a class comes from a file.
 */
final class NoDescriptors implements AutoCloseable {
  private static final int RLIMIT_NOFILE = 7;

  static {
    Native.register(NoDescriptors.class, NativeLibrary.getProcess());
  }

  private final int pid;
  private final long[] before = new long[2];

  private NoDescriptors(int pid) {
    this.pid = pid;
  }

  private static native int prlimit(
      int pid, int resource, long @Nullable [] limits, long @Nullable [] before);

  /** Leaves the process so many descriptors, counted now. */
  static NoDescriptors but(int left, long pid) {
    NoDescriptors limit = new NoDescriptors((int) pid);
    if (prlimit(limit.pid, RLIMIT_NOFILE, null, limit.before) != 0) {
      throw new AssertionError("prlimit: " + Native.getLastError());
    }
    limit.leave(left);
    return limit;
  }

  /** Leaves the process no descriptor. */
  static NoDescriptors of(long pid) {
    return but(0, pid);
  }

  /** Counts again, as the process may have had descriptors for a moment. */
  void leave(int left) {
    int number = 0;
    for (int free = 0; free <= left; number++) {
      // Looks at the link itself, which takes no descriptor.
      if (!Files.exists(Path.of("/proc/" + pid + "/fd/" + number), LinkOption.NOFOLLOW_LINKS)) {
        free++;
      }
    }
    set(number - 1);
  }

  private void set(long most) {
    if (prlimit(pid, RLIMIT_NOFILE, new long[] {most, before[1]}, null) != 0) {
      throw new AssertionError("prlimit: " + Native.getLastError());
    }
  }

  @Override
  public void close() {
    set(before[0]);
  }

  /** Loads the classes of a service and a client, so that no file is needed for them later. */
  static void loadClasses() {
    for (Class<?> each :
        List.of(
            Broker.class,
            ModelledHeap.class,
            RemoteBroker.class,
            ToService.class,
            NoDescriptors.class)) {
      try {
        Path root = Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(root)) { // An archive is open all the time.
          loadClasses(root);
        }
      } catch (URISyntaxException | IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void loadClasses(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith(".class") && !name.contains("-info"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .forEach(NoDescriptors::load);
    }
  }

  private static void load(String name) {
    try {
      Class<?> unused =
          Class.forName(name, /* initialize= */ false, NoDescriptors.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
