package dev.dmabroker.internal.check;

import dev.dmabroker.Attachment;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.internal.watch.Violations;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Checks how one buffer's memory is used. The application holds {@link CheckedAttachment}s, which
 * stand before those of the gate; so the gate knows nothing of the check, and where nothing is
 * checked there is nothing to skip. This class is thread-safe.
 */
public final class BufferCheck {
  private final Violations violations;
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

  /**
   * Reports a violation.
   *
   * @param mapping whose rules were broken
   * @param first where that can have begun; null if there was no room to note that
   * @param second what the calling thread does, which found it
   */
  void report(
      AccessViolation.Kind kind,
      BufferMapping mapping,
      String found,
      @Nullable Throwable first,
      String second) {
    Throwable here = Leaks.here(second);
    if (here != null && first != null) {
      here.initCause(first);
    }
    violations.report(
        new EventRecords.AccessViolation(
            kind,
            mapping.attachment().buffer().name(),
            mapping.attachment().device().name(),
            mapping.access(),
            mapping.generation(),
            found,
            Optional.ofNullable(first),
            Optional.ofNullable(here)));
  }
}
