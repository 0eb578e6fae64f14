package dev.dmabroker.internal.buffer;

import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.gate.GateKeeper;
import dev.dmabroker.internal.gate.MemoryUse;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.placement.Demand;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.placement.Solver;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One attempt to attach a device to a buffer: it attaches the device or refuses it. */
final class Attaching {
  private final BufferLife life;
  private final GateKeeper keeper;
  private final RegisteredDevice device;
  private final Leakable.@Nullable Origin origin;

  /**
   * The search for a way to serve all devices, where they leave a choice; null before it begins.
   */
  private @Nullable Negotiation negotiation;

  /** What the search found; null before. */
  private @Nullable Solution found;

  /** What could not be had when the device was refused. */
  private @Nullable Target refusedTarget;

  /** The heaps of which none suited when the device was refused. */
  private @Nullable HeapTable refusedHeaps;

  /** The devices that could not be served together with the refused one, which is among them. */
  private List<RegisteredDevice> refusedDevices = List.of();

  Attaching(
      BufferLife life,
      GateKeeper keeper,
      RegisteredDevice device,
      Leakable.@Nullable Origin origin) {
    this.life = life;
    this.keeper = keeper;
    this.device = device;
    this.origin = origin;
  }

  /** Attaches the device, or throws the reason why it cannot be attached. */
  AttachedDevice run() {
    if (life.stays) {
      askIfItTakesWhatStays();
    }
    while (true) {
      AttachedDevice attachment = life.lock.locked(this::attach);
      if (attachment != null) {
        return attachment;
      }
      if (refusedTarget != null) {
        throw refused(refusedTarget);
      }
      found = Objects.requireNonNull(negotiation).search();
    }
  }

  /**
   * The reason of the refusal. To work out the reason takes time, so it is done without the lock.
   */
  private UnsatisfiableException refused(Target target) {
    UnsatisfiableException refusal =
        life.supplies
            .planner()
            .unsatisfiable(
                intent(),
                Objects.requireNonNull(refusedHeaps),
                target,
                refusedDevices,
                /* counting= */ false);
    var event = new EventRecords.AttachRefused(life.name, device.name(), refusal);
    life.services().listeners().tell(listener -> listener.refused(event));
    return refusal;
  }

  /**
   * Attaches under the lock. Null if no heap suits the device together with the attached ones, or
   * if that takes a search.
   */
  private @Nullable AttachedDevice attach(AfterLock after) {
    Refusals.checkReference(life, this::intent);
    if (device.isClosed()) {
      device.checkOpen("attach it to " + life.name);
    }
    checkPinned();
    AttachedDevice attachment = add(after);
    if (attachment == null) {
      return null;
    }
    if (life.place != null) {
      life.trust.judge(life.place, after); // The device may be of a group that had left.
    }
    Place place = life.place; // Read after that, which may serve requests.
    // A device that the place does not suit makes the buffer move, now or when it has memory.
    if (place != null && attachment.suits(place)) {
      life.attachments.openGate(attachment, place);
    } else {
      life.moveCause = BufferMove.Cause.ATTACH;
      if (life.isResident()) {
        life.retries.startOver();
        Moving.seek(life, after);
      }
    }
    if (life.isResident() && !life.requests.isEmpty()) {
      life.settle(after); // A waiter may have been left out, or need no move any more.
    }
    return attachment;
  }

  private String intent() {
    return "attach " + device.name() + " to " + life.name;
  }

  /** Refuses a device that a pinned buffer would have to move for, unless it can be left out. */
  private void checkPinned() {
    if (life.isPinned() && !life.resident().suits(device) && !device.isDispensable()) {
      throw life.report()
          .pinned(
              intent() + (life.stays ? ", which lacks its " + life.resident().unmet(device) : ""));
    }
  }

  /** Adds the device by the cheapest way of knowing that all devices can be served together. */
  private @Nullable AttachedDevice add(AfterLock after) {
    Attachments attachments = life.attachments;
    Target target = life.target();
    HeapTable heaps = life.supplies.planner().table();
    Demand all = attachments.with(heaps, target, device);
    if (suitsAllWithoutHeaps()) {
      AttachedDevice attachment = make(after);
      attachments.add(attachment);
      if (life.stays) {
        LeavingOut.leaveOut(life, attachments.unsuited(life.resident()), after);
      }
      return attachment;
    }
    return all != null ? addPlain(heaps, target, all, after) : addBySearch(target, after);
  }

  /**
   * Adds a device when no device leaves a choice: all that they require is one demand, which a heap
   * meets or not.
   */
  private @Nullable AttachedDevice addPlain(
      HeapTable heaps, Target target, Demand all, AfterLock after) {
    Attachments attachments = life.attachments;
    // Where devices were served without heaps, it was not asked whether a heap suits them.
    boolean known =
        (life.place == null || !life.place.isAdopted()) && attachments.require(heaps, target, all);
    if (!known && !Solver.serves(heaps, target, all)) {
      return refuse(heaps, target);
    }
    AttachedDevice attachment = make(after);
    attachments.add(attachment, heaps, target, all);
    return attachment;
  }

  /**
   * Adds a device when devices leave a choice. Null unless a search has found, for the devices that
   * are attached now, that a heap suits.
   */
  private @Nullable AttachedDevice addBySearch(Target target, AfterLock after) {
    Solution solution = found;
    if (negotiation == null || solution == null || !negotiation.isCurrent()) {
      negotiation = new Negotiation(life, life.attachments.devicesWith(device));
      return null;
    }
    if (!solution.isPossible()) {
      return refuse(solution.table(), target);
    }
    AttachedDevice attachment = make(after);
    // The solution may leave out devices that were served until now.
    life.attachments.add(attachment);
    LeavingOut.leaveOut(life, solution.leftOut(), after);
    return attachment;
  }

  /** Keeps what was refused, so that the reason is worked out after the lock is released. */
  private @Nullable AttachedDevice refuse(HeapTable heaps, Target target) {
    refusedHeaps = heaps;
    refusedTarget = target;
    refusedDevices = life.attachments.devicesWith(device);
    return null;
  }

  private AttachedDevice make(AfterLock after) {
    if (!life.services().listeners().isEmpty()) {
      // The event names the devices that were attached before this one.
      var event =
          new EventRecords.DeviceAttached(
              life.id,
              life.name,
              life.spec,
              device.user(),
              Participant.names(life.attachments.users().devices()),
              Optional.ofNullable(life.place).map(here -> here.heap().name()));
      life.tell(after, listener -> listener.attached(event));
    }
    return new AttachedDevice(life.services(), keeper, device, origin);
  }

  /**
   * Whether the buffer lies in adopted memory and need not leave it, so that no heap has to suit.
   */
  private boolean suitsAllWithoutHeaps() {
    Place place = life.place;
    return life.stays
        || (place != null
            && place.isAdopted()
            && place.suits(device)
            && life.attachments.isSuited(place));
  }

  /**
   * Memory that stays is the device's only choice: if the memory does not seem to suit, the device
   * is asked to try it. The device may take time, so it is asked without the lock, and the memory
   * is kept in use meanwhile.
   */
  private void askIfItTakesWhatStays() {
    List<Place> tried = new ArrayList<>();
    Boolean taken =
        MemoryUse.ask(
            life.lock,
            after -> {
              Place place = life.place;
              if (place != null && !place.suits(device)) {
                tried.add(place);
              }
              return tried;
            },
            life::advance,
            () -> device.takes(tried.get(0).memory()));
    if (taken != null && taken) {
      life.lock.change(after -> tried.get(0).accept(device));
    }
  }

  /** Ends what the device had of the buffer, after it was detached. Under the lock. */
  static void undo(BufferLife life, AttachedDevice attachment, AfterLock after) {
    life.attachments.remove(attachment);
    attachment.gate().shut();
    if (life.place != null) {
      life.place.recall(attachment, Recall.forClose(after));
    }
    life.unpin(pin -> pin.attachment() == attachment, after);
    life.moveCause = BufferMove.Cause.DETACH; // If one is needed now.
    after.then(life.supplies.rebalancer()::stir);
    LeavingOut.renegotiate(life, after);
    if (!life.requests.isEmpty()) {
      life.requests.fail(
          after,
          request -> request.isOf(attachment),
          Exceptions.closed(attachment.device().name() + " was detached from " + life.name));
    }
    life.advance(after);
    if (life.isResident()) {
      life.settle(after); // The devices that are left may be suited now, and a prepare be served.
    }
  }
}
