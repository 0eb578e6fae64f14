package dev.dmabroker.devices;

import com.sun.jna.Memory;

/** Memory for what a driver is given and answers. */
final class Structs {
  private Structs() {}

  /** A struct of zeros. */
  static Memory zeroed(int size) {
    Memory memory = new Memory(size);
    memory.clear();
    return memory;
  }

  /** An {@code int} by reference. */
  static Memory integer(int value) {
    Memory memory = new Memory(Integer.BYTES);
    memory.setInt(0, value);
    return memory;
  }
}
