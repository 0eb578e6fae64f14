package dev.dmabroker.internal.check;

import dev.dmabroker.Attachment;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Checks how one buffer's memory is used. The application holds {@link CheckedAttachment}s, which
 * stand before those of the gate, and a stream has a {@link CheckedUse} for each frame. So the gate
 * knows nothing of the check, and where nothing is checked there is nothing to skip. This class is
 * thread-safe.
 */
public final class BufferCheck {
  private static final String READER_WROTE =
      "the contents changed while they were mapped for reading alone; map with the access that the"
          + " device or the native code has";

  /** The golden section of 2^32, see {@link #isNextSampled}. */
  private static final long SECTION = 0x9e37_79b9L;

  private static final long WHOLE = 1L << 32;

  private final Services services;
  private final int oneIn;
  private final Contents contents = new Contents();
  private final AtomicLong uses = new AtomicLong();

  private BufferCheck(Services services, int oneIn) {
    this.services = services;
    this.oneIn = oneIn;
  }

  /** Makes the check of one buffer; null if the application asked for none. */
  public static @Nullable BufferCheck of(Services services) {
    int oneIn = services.settings().checkOneIn();
    return oneIn == 0 ? null : new BufferCheck(services, oneIn);
  }

  // ---- What is checked ----

  /**
   * Returns the attachment as the application is to hold it. What the device of another process
   * does is not seen here.
   */
  public Attachment of(AttachmentHandle attachment) {
    if (attachment.attached().device().isForeign()) {
      unchecked();
      return attachment;
    }
    try {
      return new CheckedAttachment(attachment, this);
    } catch (VirtualMachineError e) {
      attachment.close();
      throw e;
    }
  }

  /**
   * Begins a use whose mapping is there, before the application has it. May block, as CPU access
   * does; the calling thread holds no lock.
   *
   * @param how names the begin in what is reported
   */
  public CheckedUse begin(BufferMapping mapping, String how) {
    return begin(mapping, isNextSampled() ? Leaks.here(how) : null);
  }

  /**
   * Begins a use.
   *
   * @param site the code that begins it; null if it is none of the sample
   */
  CheckedUse begin(BufferMapping mapping, @Nullable Throwable site) {
    CheckedUse use = new CheckedUse(this, services, mapping, site);
    Contents.Change change = site == null ? null : look(mapping, /* counted= */ false, site);
    contents.begin(mapping.access());
    if (change != null) {
      reportChange(change, mapping, site);
    }
    return use;
  }

  /** From now on the buffer is used in ways that are not seen here, so contents say nothing. */
  public void unchecked() {
    contents.forget();
  }

  /** The broker itself has overwritten the contents. */
  public void overwritten() {
    contents.overwritten();
  }

  /**
   * Whether the next use is one of the sample. Multiples of the golden section are spread evenly
   * over the whole, without a period: so a pipeline that maps in a fixed order is met at each point
   * of that order.
   */
  private boolean isNextSampled() {
    long at = uses.getAndIncrement() * SECTION & (WHOLE - 1);
    return at < (WHOLE + oneIn - 1) / oneIn;
  }

  // ---- Contents ----

  /**
   * A use of the sample is about to end: contents that were only to be read have to be what they
   * were when it began.
   *
   * @param site the code that began it
   * @param here the code that ends it; null if there was no room to note that
   */
  void lookAtEnd(BufferMapping mapping, Throwable site, @Nullable Throwable here) {
    Contents.Change change = look(mapping, /* counted= */ true, here);
    if (change != null) {
      report(Kind.READER_WROTE, Subject.of(mapping), READER_WROTE, site, here);
    }
  }

  /** The use has ended. */
  void ended(BufferMapping mapping) {
    contents.end(mapping.access());
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

  private void reportChange(
      Contents.Change change, BufferMapping finder, @Nullable Throwable here) {
    Contents.Seen before = change.before();
    if (change.beside()) {
      report(Kind.READER_WROTE, before.by(), READER_WROTE, before.where(), here);
    } else {
      report(
          Kind.WRITE_OUTSIDE,
          before.by(),
          "the contents changed while nothing that writes was mapped, as "
              + finder.attachment().device().name()
              + " found; a device goes on after its mapping has ended, or a view is used after its"
              + " end",
          before.where(),
          here);
    }
  }

  // ---- What is told ----

  /**
   * Reports a violation.
   *
   * @param whose whose rules were broken
   * @param first where that can have begun; null if there was no room to note that
   * @param second where it was found; null likewise
   */
  void report(
      Kind kind,
      Subject whose,
      String found,
      @Nullable Throwable first,
      @Nullable Throwable second) {
    services
        .violations()
        .report(
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
