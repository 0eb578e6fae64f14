package dev.dmabroker.samples.modes;

import dev.dmabroker.samples.devices.UserMemory;
import dev.dmabroker.samples.devices.V4l2CpuQueue;
import dev.dmabroker.samples.devices.V4l2Device;
import dev.dmabroker.samples.devices.V4l2Direction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What there was before dma-bufs. */
final class CpuMode implements Mode {
  private final String name;
  private final V4l2Device camera;
  private final V4l2Device display;
  private final V4l2CpuQueue in;
  private final V4l2CpuQueue out;
  private final List<UserMemory> shared; // Empty where each driver has memory of its own.
  private final Deque<Integer> freeToShow = new ArrayDeque<>(); // The display's own buffers.
  private final Deque<Integer> freeToFill = new ArrayDeque<>();
  private boolean showing;

  private CpuMode(
      String name,
      V4l2Device camera,
      V4l2Device display,
      V4l2CpuQueue in,
      V4l2CpuQueue out,
      List<UserMemory> shared) {
    this.name = name;
    this.camera = camera;
    this.display = display;
    this.in = in;
    this.out = out;
    this.shared = shared;
    for (int i = 0; i < out.count(); i++) {
      freeToShow.add(i);
    }
  }

  /** Each driver has memory of its own, and the CPU copies from one to the other. */
  static CpuMode mmap(V4l2Device camera, V4l2Device display, int buffers) {
    return new CpuMode(
        "MMAP with a copy",
        camera,
        display,
        camera.driversMemory(V4l2Direction.CAPTURE, buffers),
        display.driversMemory(V4l2Direction.OUTPUT, buffers),
        List.of());
  }

  /** Both drivers take the program's memory. */
  static CpuMode userptr(V4l2Device camera, V4l2Device display, int buffers, int frameBytes) {
    List<UserMemory> shared = new ArrayList<>();
    try {
      for (int i = 0; i < buffers; i++) {
        shared.add(new UserMemory(frameBytes));
      }
      return new CpuMode(
          "USERPTR",
          camera,
          display,
          camera.usersMemory(V4l2Direction.CAPTURE, shared),
          display.usersMemory(V4l2Direction.OUTPUT, shared),
          shared);
    } catch (Throwable t) {
      // First those who may have the memory.
      camera.close();
      display.close();
      shared.forEach(UserMemory::close);
      throw t;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String display() {
    return "vivid output";
  }

  @Override
  public int copies() {
    return shared.isEmpty() ? 1 : 0;
  }

  @Override
  public int buffers() {
    return Math.min(in.count(), out.count());
  }

  @Override
  public void give(int number) {
    in.queue(number);
  }

  @Override
  public void start() {
    in.start();
  }

  @Override
  public Optional<Captured> capture(Duration timeout) {
    return in.dequeue(timeout).map(buffer -> new Captured(buffer.index(), buffer));
  }

  @Override
  public void show(int number) {
    int target = number;
    if (shared.isEmpty()) {
      while (freeToShow.isEmpty()) {
        freeToShow.add(out.dequeue(Duration.ofSeconds(30)).orElseThrow().index());
      }
      target = freeToShow.remove();
      out.copyFrame(target, in, number);
      freeToFill.add(number); // The copy is what is shown.
    }
    out.queue(target);
    if (!showing) {
      showing = true;
      out.start();
    }
  }

  @Override
  public Optional<Integer> shown() {
    if (out.queuedCount() > 0) {
      out.dequeue(Duration.ZERO)
          .ifPresent(buffer -> (shared.isEmpty() ? freeToShow : freeToFill).add(buffer.index()));
    }
    return Optional.ofNullable(freeToFill.poll());
  }

  @Override
  public void close() {
    camera.close();
    display.close();
    shared.forEach(UserMemory::close);
  }
}
