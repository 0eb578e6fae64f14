package dev.dmabroker.samples.modes;

import dev.dmabroker.devices.PageMemory;
import dev.dmabroker.devices.V4l2CpuQueue;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** USERPTR: both drivers take the program's memory. */
final class UserptrMode extends CpuMode {
  private final List<PageMemory> memory;

  private UserptrMode(V4l2CpuQueue in, V4l2CpuQueue out, List<PageMemory> memory) {
    super(in, out);
    this.memory = memory;
  }

  static UserptrMode open(V4l2Device camera, V4l2Device display, int buffers, int frameBytes) {
    List<PageMemory> memory = new ArrayList<>();
    try {
      for (int i = 0; i < buffers; i++) {
        memory.add(new PageMemory(frameBytes));
      }
      return new UserptrMode(
          camera.usersMemory(V4l2Direction.CAPTURE, memory),
          display.usersMemory(V4l2Direction.OUTPUT, memory),
          memory);
    } catch (Throwable t) {
      memory.forEach(PageMemory::close); // No driver has been given it yet.
      throw t;
    }
  }

  @Override
  public String name() {
    return "USERPTR";
  }

  @Override
  public int copies() {
    return 0;
  }

  @Override
  public int buffers() {
    return Math.min(in().count(), out().count());
  }

  @Override
  public void show(int number) {
    showBuffer(number);
  }

  @Override
  public Optional<Integer> shown(Duration timeout) {
    return shownBuffer(timeout);
  }

  @Override
  public void close() {
    super.close(); // First the drivers, which have the memory.
    memory.forEach(PageMemory::close);
  }
}
