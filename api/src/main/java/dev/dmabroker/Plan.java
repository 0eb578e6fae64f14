package dev.dmabroker;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import java.util.List;
import java.util.Optional;

/**
 * The heaps in which a buffer can lie, best first, and why not elsewhere. Its text is a table for a
 * person to read, with the way to use the best heap. Immutable; the reasons are computed when they
 * are asked for. Not for implementation outside the broker.
 */
public interface Plan {

  /** {@return what the buffer holds} */
  BufferSpec spec();

  /** {@return the names of the devices that have to reach the buffer} */
  List<String> devices();

  /** {@return the heaps that suit, best first} */
  List<Candidate> placements();

  /** {@return the heaps that do not suit, with the first reason for each device} */
  List<PassedOver> passedOver();

  /**
   * {@return what cannot be had together, and what would help; empty if a heap suits} Found when it
   * is asked for, which takes some ten milliseconds at most.
   */
  Optional<Conflict> conflict();

  /**
   * {@return what deserves a look though it refuses nothing, for a person to read: names of heaps
   * in constraints that no heap of the broker has, and budgets that the buffers would exceed in the
   * best heap}
   */
  List<String> notes();

  /**
   * A heap that suits, and the best way to use it: the one that leaves out the fewest devices, and
   * of these the one with the smallest {@link #penalty}. Of ways that are equal in both, the first
   * counts: devices are looked at in the order of the plan, those without a choice first, and
   * earlier ones get their earlier {@linkplain #alternatives alternatives}; formats count in the
   * order of the spec, modifiers and coherency domains in the order of their constants. Immutable.
   * Not for implementation outside the broker.
   */
  interface Candidate {

    /** {@return the heap's name} */
    String heap();

    /** {@return how the contents would lie} */
    Layout layout();

    /**
     * {@return the bytes that the heap would be asked for, for one buffer: {@link #neededBytes},
     * rounded up to what the heap gives}
     */
    long sizeBytes();

    /**
     * {@return the bytes that the devices need for one buffer: the size of the {@link #layout}, or
     * the largest minimum of a device ({@link dev.dmabroker.spec.ConstraintsBuilder#minSize}) if
     * that is more}
     */
    long neededBytes();

    /**
     * {@return the alternatives that were taken, one of each device that gave several and is not
     * left out, in the order of the devices}
     */
    List<Alternative> alternatives();

    /** {@return the alignment of the first byte's address, in bytes, as far as it is known} */
    long alignmentBytes();

    /** {@return how many buffers all the devices together need} */
    long count();

    /** {@return the coherency domain that all the devices share} */
    Coherency coherency();

    /**
     * {@return the weights of unmet preferences, plus 100 for each step down a list of
     * alternatives}
     */
    long penalty();

    /** {@return the names of the dispensable devices that would be left out there} */
    List<String> leftOut();

    /**
     * {@return the heuristic's cost; lower is better} Costs are comparable within one plan only.
     */
    double cost();

    /** {@return the heuristic's explanation} */
    String reason();

    /**
     * {@return the bytes that all the buffers together take}
     *
     * @throws ArithmeticException if the sum is larger than a long holds
     */
    long totalBytes();
  }

  /**
   * The alternative of a device that was taken. Immutable. Not for implementation outside the
   * broker.
   */
  interface Alternative {

    /** {@return the device's name} */
    String device();

    /**
     * {@return the place of the alternative in the device's list, from 1; the first is the best}
     */
    int number();

    /** {@return how many alternatives the device gave} */
    int count();

    /** {@return what the device asks in this alternative} */
    Constraints constraints();
  }

  /**
   * A heap that does not suit, and the reason. Immutable. Not for implementation outside the
   * broker.
   */
  interface PassedOver {

    /** {@return the heap's name} */
    String heap();

    /**
     * {@return the name of the device that rules the heap out; empty if the reason holds for all
     * devices}
     */
    String device();

    /** {@return the label of the constraint that the heap does not meet} */
    String field();

    /** {@return what is asked and what the heap has, for a person to read} */
    String reason();
  }
}
