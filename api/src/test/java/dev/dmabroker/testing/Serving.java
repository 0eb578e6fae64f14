package dev.dmabroker.testing;

import dev.dmabroker.Broker;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Says what the scenarios of {@link Fixture} call: the broker that a fixture builds, unless a
 * module has a service of this type, which stands something between, such as a connection to a
 * process.
 */
public interface Serving {

  /** The broker that a scenario calls, in the place of the one that was built. */
  Broker serve(Broker built);

  /** The broker that was built, of which a scenario calls {@code served}. */
  Broker built(Broker served);

  /** The scenario is over, and has closed both. */
  void end(Broker served);

  /** A listener to the broker that was built, which tells a scenario's listener what it expects. */
  BrokerListener told(BrokerListener listener);

  /** Memory with a descriptor, for a scripted heap; empty if a number will do for one. */
  Optional<Backing> memory(int sizeBytes) throws HeapException;

  /** What this JVM's scenarios call. */
  static Serving get() {
    return Holder.SERVING;
  }

  /** Looks once. */
  final class Holder {
    private static final Serving SERVING =
        ServiceLoader.load(Serving.class).findFirst().orElseGet(Local::new);

    private Holder() {}
  }

  /** Nothing stands between. */
  final class Local implements Serving {
    @Override
    public Broker serve(Broker built) {
      return built;
    }

    @Override
    public Broker built(Broker served) {
      return served;
    }

    @Override
    public void end(Broker served) {}

    @Override
    public BrokerListener told(BrokerListener listener) {
      return listener;
    }

    @Override
    public Optional<Backing> memory(int sizeBytes) {
      return Optional.empty();
    }
  }
}
