package dev.dmabroker.devices;

import dev.dmabroker.Attachment;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.spec.SyncFile;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A loan of what has a mapping and is ended in two ways.
 *
 * @param attachment the attachment that made the mapping, if it is known
 * @param lent the memory
 * @param endAfter ends the loan once a fence signals
 * @param end ends the loan now
 */
record LoanOf(
    Optional<Attachment> attachment,
    Supplier<MappedMemory> lent,
    Consumer<SyncFile> endAfter,
    Runnable end)
    implements Loan {
  @Override
  public MappedMemory memory() {
    return lent.get();
  }

  @Override
  public void closeAfter(SyncFile fence) {
    endAfter.accept(fence);
  }

  @Override
  public void close() {
    end.run();
  }
}
