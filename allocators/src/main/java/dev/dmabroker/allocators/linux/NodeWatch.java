package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notices by inotify that something appeared, ended or changed its permissions at some paths, or in
 * folders that are among them. A path need not exist: its nearest folder that does is watched for
 * the next name on the way. After each event the ways are followed anew, and only then is the
 * change told, so nothing that happened meanwhile is missed. One thread at a time uses it.
 */
final class NodeWatch implements AutoCloseable {
  private static final int EVENTS =
      LibC.IN_ATTRIB
          | LibC.IN_CREATE
          | LibC.IN_DELETE
          | LibC.IN_MOVED_FROM
          | LibC.IN_MOVED_TO
          | LibC.IN_DELETE_SELF
          | LibC.IN_MOVE_SELF
          | LibC.IN_ONLYDIR;

  /** Room for some events; names have at most 255 bytes, and a zero byte. */
  private static final int BUFFER_BYTES = 16 * (LibC.INOTIFY_EVENT_BYTES + 256);

  /** The most reads at once. What is left is taken after fences that have signalled meanwhile. */
  private static final int MOST_READS = 64;

  private static final String LIMITS =
      "see fs.inotify.max_user_watches and max_user_instances (sysctl)";

  private final Set<Path> paths;
  private final Fd queue;

  /** What is of interest in each watched folder, by the watch's number. */
  private final Map<Integer, Interest> interests = new HashMap<>();

  /** Names in one folder. */
  private static final class Interest {
    private boolean all;
    private final Set<String> names = new HashSet<>();

    boolean covers(String name) {
      return all || name.isEmpty() || names.contains(name);
    }
  }

  private NodeWatch(Set<Path> paths, Fd queue) {
    this.paths = Set.copyOf(paths);
    this.queue = queue;
  }

  /**
   * Begins to watch.
   *
   * @throws HeapException if the kernel has no inotify, a limit is reached or a folder may not be
   *     read
   */
  static NodeWatch of(Set<Path> paths) throws HeapException {
    int fd = LibC.calls().inotify_init1(LibC.IN_CLOEXEC | LibC.IN_NONBLOCK);
    if (fd == -1) {
      throw failure("inotify_init1 to watch " + paths, Errno.last());
    }
    NodeWatch watch = new NodeWatch(paths, new Fd(fd, "the watch of " + paths));
    try {
      watch.follow();
      return watch;
    } catch (HeapException | RuntimeException | Error e) {
      watch.close();
      throw e;
    }
  }

  /** The descriptor that polls readable once something has happened. */
  int fd() {
    return queue.lend();
  }

  /**
   * Takes what has happened.
   *
   * @return whether anything of that was of interest
   * @throws HeapException if it cannot be watched on
   */
  boolean changed() throws HeapException {
    boolean changed = false;
    byte[] bytes = new byte[BUFFER_BYTES];
    for (int reads = 0; reads < MOST_READS; reads++) {
      long got = read(bytes);
      if (got <= 0) {
        break;
      }
      ByteBuffer events = ByteBuffer.wrap(bytes, 0, (int) got).order(ByteOrder.nativeOrder());
      while (events.remaining() >= LibC.INOTIFY_EVENT_BYTES) {
        changed |= isOfInterest(events);
      }
    }
    if (changed) {
      follow();
    }
    return changed;
  }

  private long read(byte[] bytes) throws HeapException {
    while (true) {
      long got = LibC.calls().read(queue.lend(), bytes, bytes.length);
      if (got != -1) {
        return got;
      }
      Errno errno = Errno.last();
      if (errno.equals(Errno.EAGAIN)) {
        return 0;
      }
      if (!errno.equals(Errno.EINTR)) {
        throw errno.failure("reading what happened to " + paths);
      }
    }
  }

  /** Takes one event. An event of no known watch says that events were lost. */
  private boolean isOfInterest(ByteBuffer events) {
    int watch = events.getInt();
    int mask = events.getInt();
    events.getInt(); // The cookie, which joins the two events of a move.
    byte[] name = new byte[Math.min(events.getInt(), events.remaining())];
    events.get(name);
    Interest interest = interests.get(watch);
    if ((mask & LibC.IN_IGNORED) != 0) {
      interests.remove(watch);
    }
    return interest == null || interest.covers(text(name));
  }

  /** The name up to the zero bytes with which the kernel fills it up. */
  private static String text(byte[] name) {
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  /** Watches the folders on the ways to the paths, as far as they exist. */
  private void follow() throws HeapException {
    for (Path path : paths) {
      Path known = path.toAbsolutePath().normalize();
      if (Files.isDirectory(known)) {
        Interest inside = watch(known);
        if (inside != null) {
          inside.all = true;
        }
      }
      Path parent = known.getParent();
      while (parent != null) {
        Interest beside = watch(parent);
        if (beside != null) {
          beside.names.add(String.valueOf(known.getFileName()));
          break;
        }
        known = parent;
        parent = known.getParent();
      }
    }
  }

  /** Watches a folder; null if there is none at that path. */
  private @Nullable Interest watch(Path folder) throws HeapException {
    int watch = LibC.calls().inotify_add_watch(queue.lend(), Fd.text(folder.toString()), EVENTS);
    if (watch != -1) {
      return interests.computeIfAbsent(watch, number -> new Interest());
    }
    Errno errno = Errno.last();
    if (errno.equals(Errno.ENOENT) || errno.equals(Errno.ENOTDIR)) {
      return null;
    }
    throw failure("inotify_add_watch of " + folder, errno);
  }

  private static HeapException failure(String asked, Errno errno) {
    return new HeapException(Kind.FAILED, asked + " failed: " + errno + "; " + LIMITS);
  }

  @Override
  public void close() {
    queue.close();
  }
}
