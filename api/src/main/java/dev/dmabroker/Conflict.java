package dev.dmabroker;

import java.util.List;

/**
 * Why nothing fits, and what would help. Its text says both on one line. Immutable. Not for
 * implementation outside the broker.
 */
public interface Conflict {

  /**
   * What is asked that cannot be had together: without any of these, what is left of them could be
   * had. Empty if the heaps alone are the reason, as when none is large enough.
   */
  List<Clause> clauses();

  /** Whether no smaller set conflicts either; false if there were too many to look at. */
  boolean smallest();

  /**
   * The smallest changes of which each by itself would make it fit, at most five; empty if none was
   * found that is small enough to tell.
   */
  List<Relaxation> relaxations();

  /** What cannot be had, for a person to read. */
  String cause();

  /** A field that a device asks for. Not for implementation outside the broker. */
  interface Clause {

    /** The device's name. */
    String device();

    /** The field's label; {@code alternatives} of a device that gives several. */
    String field();

    /** What is asked. */
    String value();
  }

  /** Changes that together would make it fit. Not for implementation outside the broker. */
  interface Relaxation {

    /** What would have to change. */
    List<Change> changes();

    /** The name of the heap in which the buffer would lie then. */
    String heap();
  }

  /** A change to one field. Not for implementation outside the broker. */
  interface Change {

    /** What is asked. */
    Clause clause();

    /** What would fit; {@code not asked} if only that does. */
    String instead();
  }
}
