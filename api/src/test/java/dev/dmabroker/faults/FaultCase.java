package dev.dmabroker.faults;

/**
 * An operation of the broker that is to be tried with faults. It is made by the loader of
 * instrumented classes, and used by a test that has none of them.
 */
public interface FaultCase {
  /** Says what is done. */
  String name();

  /** Makes a new broker, in the state in which the operation begins. */
  Trial begin();

  /** One try, with a broker of its own. */
  interface Trial {
    /** Does the operation. A fault is injected meanwhile. */
    void act() throws Throwable;

    /** Waits until nothing is under way any more. A fault may be injected into it until then. */
    void settle() throws Exception;

    /** Fails unless the operation may end with this error. */
    void checkThrown(Throwable thrown);

    /** Fails unless the broker is in order, and ends it. */
    void check() throws Exception;

    /** Ends what a failed check has left, as far as that can be done. */
    void abandon();
  }
}
