package dev.dmabroker.fuzz;

import dev.dmabroker.BrokerException;
import dev.dmabroker.WaitInterruptedException;
import java.util.concurrent.CompletionException;

/** Judges what calls throw, and notes what the API does not promise. */
final class Oracles {
  private final DocumentedExceptions documented;
  private final Findings findings;
  private final Totals totals;

  Oracles(DocumentedExceptions documented, Findings findings, Totals totals) {
    this.documented = documented;
    this.findings = findings;
    this.totals = totals;
  }

  Findings findings() {
    return findings;
  }

  Totals totals() {
    return totals;
  }

  /**
   * Notes what a method threw, and whether it may.
   *
   * @param hasNull whether an argument was null
   */
  void judge(String method, Throwable thrown, boolean hasNull) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof Finding finding) {
      findings.add(method, finding);
      return;
    }
    totals.thrown(method, failure);
    if (failure instanceof NullPointerException && hasNull) {
      return;
    }
    if (!documented.covers(method, failure.getClass())) {
      findings.add(
          method,
          new Finding(
              "it threw what its Javadoc does not name; that names " + documented.of(method),
              failure));
    } else if (failure instanceof BrokerException exception) {
      explained(method, exception);
    }
  }

  private void explained(String method, BrokerException exception) {
    if (exception.getMessage() == null || exception.getMessage().isBlank()) {
      findings.add(method, new Finding("its exception says nothing", exception));
    }
    if (exception instanceof WaitInterruptedException && !Thread.currentThread().isInterrupted()) {
      // A future fails in another thread than the one that was interrupted.
      return;
    }
    Getters.readAll(exception, this);
  }

  /** Runs in a thread of the broker, where what is thrown would be lost. */
  void guarded(Runnable code) {
    try {
      code.run();
    } catch (Throwable t) {
      findings.add("callback", new Finding("thrown by the walk itself", t));
    }
  }
}
