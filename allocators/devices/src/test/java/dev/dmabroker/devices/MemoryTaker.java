package dev.dmabroker.devices;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Another program that takes contiguous memory, and keeps it until its input ends. */
final class MemoryTaker {
  private MemoryTaker() {}

  /** Takes buffers from a heap: its name, how many buffers, and the bytes of each. */
  public static void main(String[] args) throws IOException {
    List<DmaHeap.Buffer> taken = new ArrayList<>();
    try (DmaHeap heap = new DmaHeap(args[0])) {
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        taken.add(heap.allocate(Integer.parseInt(args[2])));
      }
    }
    System.out.println("taken");
    System.out.flush();
    while (System.in.read() >= 0) {
      // It keeps the memory.
    }
    taken.forEach(DmaHeap.Buffer::close);
  }
}
