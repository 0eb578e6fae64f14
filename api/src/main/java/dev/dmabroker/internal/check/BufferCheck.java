package dev.dmabroker.internal.check;

import dev.dmabroker.Attachment;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.internal.watch.Violations;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Checks how one buffer's memory is used. The application holds {@link CheckedAttachment}s, which
 * stand before those of the gate; so the gate knows nothing of the check, and where nothing is
 * checked there is nothing to skip. This class is thread-safe.
 */
public final class BufferCheck {
  private static final String READER_WROTE =
      "the contents changed while they were mapped for reading alone; map with the access that the"
          + " device or the native code has";

  private final Violations violations;
  private final Contents contents = new Contents();
  private final int oneIn;

  /** How many mappings there were, to choose which are checked. */
  private final AtomicInteger mappings = new AtomicInteger();

  private BufferCheck(Violations violations, int oneIn) {
    this.violations = violations;
    this.oneIn = oneIn;
  }

  /** Makes the check of one buffer; null if the application asked for none. */
  public static @Nullable BufferCheck of(Services services) {
    int oneIn = services.settings().checkOneIn();
    return oneIn == 0 ? null : new BufferCheck(services.violations(), oneIn);
  }

  /** Returns the attachment as the application is to hold it. */
  public Attachment of(AttachmentHandle attachment) {
    try {
      return new CheckedAttachment(attachment, this);
    } catch (VirtualMachineError e) {
      attachment.close();
      throw e;
    }
  }

  /** Returns where the calling thread maps now; null if the mapping is not to be checked. */
  @Nullable Throwable site() {
    return mappings.getAndIncrement() % oneIn == 0 ? Leaks.here("mapped here") : null;
  }

  /** From now on the buffer is used in ways that are not checked. */
  public void unchecked() {
    contents.forget();
  }

  /**
   * A mapping begins, or a CPU view of one. The contents have to be those that were seen last.
   *
   * @param site the code that begins it; null if it is not to be checked
   */
  void begin(BufferMapping mapping, @Nullable Throwable site) {
    Contents.Change change = site == null ? null : look(mapping, /* counted= */ false, site);
    contents.begin(mapping.access());
    if (change != null) {
      reportChange(change, Use.of(mapping), site);
    }
  }

  private void reportChange(Contents.Change change, Use by, @Nullable Throwable here) {
    Contents.Seen before = change.before();
    if (change.readers() > 0) {
      report(Kind.READER_WROTE, before.by(), READER_WROTE, before.where(), here);
    } else {
      report(
          Kind.WRITE_OUTSIDE,
          before.by(),
          "the contents changed while nothing that writes was mapped, as "
              + by.device()
              + " found; a device goes on after its mapping has ended, or a view is used after its"
              + " end",
          before.where(),
          here);
    }
  }

  /**
   * A mapping or a CPU view is about to end; {@link #ended} follows when it has. Contents that were
   * only to be read have to be what they were when it began.
   *
   * @param site the code that began it; null if it is not to be checked
   * @param here the code that ends it; null if there was no room to note that
   */
  void ending(BufferMapping mapping, @Nullable Throwable site, @Nullable Throwable here) {
    Contents.Change change = site == null ? null : look(mapping, /* counted= */ true, here);
    if (change != null) {
      report(Kind.READER_WROTE, Use.of(mapping), READER_WROTE, site, here);
    }
  }

  void ended(Access access) {
    contents.end(access);
  }

  /** Looks at the contents; null if nothing is known to have changed without the right. */
  private Contents.@Nullable Change look(
      BufferMapping mapping, boolean counted, @Nullable Throwable where) {
    try {
      return contents.look(mapping, counted, where);
    } catch (HeapException e) {
      return null; // It cannot be looked at, which is no fault of the application.
    }
  }

  /**
   * Reports a violation.
   *
   * @param whose whose rules were broken
   * @param first where that can have begun; null if there was no room to note that
   * @param second where it was found; null likewise
   */
  void report(
      Kind kind, Use whose, String found, @Nullable Throwable first, @Nullable Throwable second) {
    violations.report(
        new EventRecords.AccessViolation(
            kind,
            whose.buffer(),
            whose.device(),
            whose.access(),
            whose.generation(),
            found,
            Optional.ofNullable(first),
            Optional.ofNullable(second)));
  }
}
