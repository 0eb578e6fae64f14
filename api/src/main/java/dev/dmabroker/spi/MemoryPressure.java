package dev.dmabroker.spi;

import java.util.Objects;

/**
 * For how much of the last ten seconds programs waited for memory, as the kernel's pressure stall
 * information has it (Documentation/accounting/psi.rst, {@code avg10}): a program waits while the
 * kernel takes memory back from others for it, or reads in what it took. Immutable.
 *
 * @param scope whose waiting it is
 * @param some the share of the time, 0 to 1, in which one task or more waited
 * @param full the share of the time, 0 to 1, in which all tasks that had something to do waited
 */
public record MemoryPressure(Scope scope, double some, double full) {

  /** Whose waiting is counted. */
  public enum Scope {
    /** All tasks of the machine. */
    MACHINE,
    /** The tasks of the cgroup that the program is in, the program's own among them. */
    CGROUP
  }

  /**
   * Checks the numbers.
   *
   * @param scope whose waiting it is
   * @param some the share of the time, 0 to 1, in which one task or more waited
   * @param full the share of the time, 0 to 1, in which all tasks that had something to do waited
   * @throws IllegalArgumentException unless both shares are 0 to 1
   */
  public MemoryPressure {
    Objects.requireNonNull(scope, "scope");
    checkShare("some", some);
    checkShare("full", full);
  }

  private static void checkShare(String what, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(what + " must be 0 to 1, is " + share);
    }
  }
}
