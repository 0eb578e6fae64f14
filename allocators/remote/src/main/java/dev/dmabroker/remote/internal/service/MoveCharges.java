package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import java.util.function.Consumer;

/**
 * Charges each move, and each attempt that was undone, to the client that made it necessary: the
 * one whose device needs it, or whose buffer needs the room.
 */
final class MoveCharges implements BrokerListener, AutoCloseable {
  private final Consumer<String> charge;
  private final Subscription subscription;

  /**
   * Watches from now on.
   *
   * @param charge is given the name of a device or a buffer; may find that it is no client's
   */
  MoveCharges(Broker broker, Consumer<String> charge) {
    this.charge = charge;
    subscription = broker.listen(this, Delivery.QUEUED);
  }

  @Override
  public void moved(BufferMove event) {
    charge(event);
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    charge(event);
  }

  /**
   * The end of an attachment lets another's device be served, or has the buffer leave memory that
   * the detached one had: the client that gains from the move did not ask for it.
   */
  private void charge(BufferMove event) {
    if (event.cause() != BufferMove.Cause.DETACH && event.cause() != BufferMove.Cause.TRUST) {
      charge.accept(event.beneficiary());
    }
  }

  @Override
  public void close() {
    subscription.close();
  }
}
