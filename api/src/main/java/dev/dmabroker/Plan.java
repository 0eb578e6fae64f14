package dev.dmabroker;

import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Layout;
import java.util.List;

/**
 * Where a buffer can lie, best first, and why not elsewhere. Its text is a table for a person to
 * read. Immutable; the reasons are worked out when they are asked for. Not for implementation
 * outside the broker.
 */
public interface Plan {

  /** What is to be placed. */
  BufferSpec spec();

  /** The names of the devices that have to reach it. */
  List<String> devices();

  /** The heaps that suit, best first. */
  List<Candidate> placements();

  /** The heaps that do not suit, with the first reason of each device. */
  List<PassedOver> passedOver();

  /** A heap that suits. Not for implementation outside the broker. */
  interface Candidate {

    /** The heap's name. */
    String heap();

    /** How the contents would lie. */
    Layout layout();

    /** What would be asked of the heap for one buffer, in bytes. */
    long sizeBytes();

    /** What the first byte's address is a multiple of, as far as is known. */
    long alignmentBytes();

    /** How many buffers all devices together need. */
    long count();

    /** The domain that all share. */
    Coherency coherency();

    /** The weights of unmet preferences, and 100 for each step down an alternative. */
    long penalty();

    /** The names of dispensable devices that would not be served there. */
    List<String> leftOut();

    /** The heuristic's figure, lower is better; comparable within one plan only. */
    double cost();

    /** The heuristic's explanation. */
    String reason();

    /**
     * What all buffers take.
     *
     * @throws ArithmeticException if that is over 2^63
     */
    long totalBytes();
  }

  /** A reason against a heap. Not for implementation outside the broker. */
  interface PassedOver {

    /** The heap's name. */
    String heap();

    /** The name of the device that rules it out; empty if it is out for all. */
    String device();

    /** The label of the constraint. */
    String field();

    /** What is asked and what the heap has. */
    String reason();
  }
}
