package dev.dmabroker;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Layout;
import java.util.List;

/**
 * The heaps in which a buffer can lie, best first, and why not elsewhere. Its text is a table for a
 * person to read. Immutable; the reasons are computed when they are asked for. Not for
 * implementation outside the broker.
 */
public interface Plan {

  /** What the buffer holds. */
  BufferSpec spec();

  /** The names of the devices that have to reach the buffer. */
  List<String> devices();

  /** The heaps that suit, best first. */
  List<Candidate> placements();

  /** The heaps that do not suit, with the first reason for each device. */
  List<PassedOver> passedOver();

  /** A heap that suits. Not for implementation outside the broker. */
  interface Candidate {

    /** The heap's name. */
    String heap();

    /** How the contents would lie. */
    Layout layout();

    /** The bytes that the heap would be asked for, for one buffer. */
    long sizeBytes();

    /** The alignment of the first byte's address, in bytes, as far as it is known. */
    long alignmentBytes();

    /** How many buffers all the devices together need. */
    long count();

    /** The coherency domain that all the devices share. */
    Coherency coherency();

    /** The weights of unmet preferences, plus 100 for each step down a list of alternatives. */
    long penalty();

    /** The names of the dispensable devices that would be left out there. */
    List<String> leftOut();

    /** The heuristic's cost; lower is better. Costs are comparable within one plan only. */
    double cost();

    /** The heuristic's explanation. */
    String reason();

    /**
     * The bytes that all the buffers together take.
     *
     * @throws ArithmeticException if the sum is larger than a long holds
     */
    long totalBytes();
  }

  /** A heap that does not suit, and the reason. Not for implementation outside the broker. */
  interface PassedOver {

    /** The heap's name. */
    String heap();

    /**
     * The name of the device that rules the heap out; empty if the reason holds for all devices.
     */
    String device();

    /** The label of the constraint that the heap does not meet. */
    String field();

    /** What is asked and what the heap has, for a person to read. */
    String reason();
  }
}
