package dev.dmabroker.samples.devices;

/**
 * Composes requests as {@code asm-generic/ioctl.h} does, which x86 and arm64 share: the direction
 * in the two highest of 32 bits, then 14 bits for the argument's size, 8 for the driver's letter, 8
 * for the number.
 */
final class Ioctl {
  private Ioctl() {}

  /** Without an argument. */
  static long io(char letter, int number) {
    return request(0, letter, number, 0);
  }

  /** The driver reads the argument. */
  static long iow(char letter, int number, int size) {
    return request(1, letter, number, size);
  }

  /** The driver writes the argument. */
  static long ior(char letter, int number, int size) {
    return request(2, letter, number, size);
  }

  /** The driver reads and writes the argument. */
  static long iowr(char letter, int number, int size) {
    return request(3, letter, number, size);
  }

  private static long request(long direction, char letter, int number, int size) {
    return direction << 30 | (long) size << 16 | letter << 8 | number;
  }
}
