package dev.dmabroker.remote.internal.service;

import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ServiceListener;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells an application's listener one event after the other, on a thread of the pool. */
final class ListenerCalls {
  private static final System.Logger LOG = System.getLogger(BrokerService.class.getName());

  private final @Nullable ServiceListener listener;
  private final Work work;

  ListenerCalls(@Nullable ServiceListener listener, Executor pool) {
    this.listener = listener;
    work = new Work(pool, e -> LOG.log(Level.WARNING, "a listener of the service threw", e));
  }

  void tell(Consumer<ServiceListener> event) {
    ServiceListener told = listener;
    if (told != null) {
      work.execute(() -> event.accept(told));
    }
  }
}
