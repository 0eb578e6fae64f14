package dev.dmabroker.samples.devices;

import dev.dmabroker.Mapping;
import dev.dmabroker.spec.SyncFile;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A loan of what has a mapping and is ended in two ways.
 *
 * @param lent the mapping
 * @param endAfter ends the loan once a fence signals
 * @param end ends the loan now
 */
record LoanOf(Supplier<Mapping> lent, Consumer<SyncFile> endAfter, Runnable end) implements Loan {
  @Override
  public Mapping mapping() {
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
