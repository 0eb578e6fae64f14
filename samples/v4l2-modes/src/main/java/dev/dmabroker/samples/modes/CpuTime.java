package dev.dmabroker.samples.modes;

/**
 * CPU time of a process with all its threads, in seconds.
 *
 * @param user in the program
 * @param kernel in system calls
 */
record CpuTime(double user, double kernel) {
  /** USER_HZ, which is 100 wherever Linux has 64 bits (asm-generic/param.h). */
  private static final double TICKS_A_SECOND = 100;

  /** Where utime is, counted from the state, which comes after the name: proc(5). */
  private static final int UTIME = 11;

  private static final int STIME = 12;

  /** What {@code /proc/PID/stat} says. The name in it may hold anything, also parentheses. */
  static CpuTime parse(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return new CpuTime(
        Long.parseLong(fields[UTIME]) / TICKS_A_SECOND,
        Long.parseLong(fields[STIME]) / TICKS_A_SECOND);
  }

  double sum() {
    return user + kernel;
  }

  CpuTime minus(CpuTime other) {
    return new CpuTime(user - other.user, kernel - other.kernel);
  }

  CpuTime dividedBy(double divisor) {
    return new CpuTime(user / divisor, kernel / divisor);
  }
}
