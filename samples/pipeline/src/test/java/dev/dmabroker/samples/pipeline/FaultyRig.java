package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSize;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Modelled devices one of which vanishes: from some call on, everything fails but its closing. */
final class FaultyRig implements Rig {
  private final Rig rig = new ModelledRig();
  private final String device;
  private final String method;
  private final int call;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile boolean gone;

  /** What a call of a device that is gone throws. */
  static final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GoneException(String device) {
      super(device + " is gone");
    }
  }

  /**
   * Whose device vanishes.
   *
   * @param device such as "camera"
   * @param method that it vanishes in, or "open"
   * @param call which one, from 1
   */
  FaultyRig(String device, String method, int call) {
    this.device = device;
    this.method = method;
    this.call = call;
  }

  @Override
  public String kind() {
    return rig.kind();
  }

  @Override
  public String description() {
    return rig.description();
  }

  @Override
  public ImageSize size() {
    return rig.size();
  }

  @Override
  public int codedBytes() {
    return rig.codedBytes();
  }

  @Override
  public Constraints reach(Kind kind) {
    return rig.reach(kind);
  }

  @Override
  public Device<Filler> camera() {
    opened("camera");
    Device<Filler> camera = rig.camera();
    return new Device<>(played("camera", Filler.class, camera.device()), camera.closing());
  }

  @Override
  public Transform converter() {
    opened("converter");
    return played("converter", Transform.class, rig.converter());
  }

  @Override
  public Transform encoder() {
    opened("encoder");
    return played("encoder", Transform.class, rig.encoder());
  }

  @Override
  public Transform decoder() {
    opened("decoder");
    return played("decoder", Transform.class, rig.decoder());
  }

  @Override
  public Device<Reader> display() {
    opened("display");
    Device<Reader> display = rig.display();
    return new Device<>(played("display", Reader.class, display.device()), display.closing());
  }

  private void opened(String name) {
    if (device.equals(name)) {
      meet("open");
    }
  }

  private void meet(String called) {
    if (called.equals(method) && calls.incrementAndGet() == call) {
      gone = true;
    }
    if (gone) {
      throw new GoneException(device);
    }
  }

  private <T> T played(String name, Class<T> type, T target) {
    return device.equals(name) ? played(type, target) : target;
  }

  private <T> T played(Class<T> type, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> call(target, called, arguments)));
  }

  private @Nullable Object call(Object target, Method called, Object @Nullable [] arguments)
      throws Throwable {
    switch (called.getName()) {
      case "close" -> {}
      case "stop" -> {
        invoke(target, called, arguments); // Whatever the driver says, all is unmapped.
        meet("stop");
        return null;
      }
      default -> {
        try {
          meet(called.getName());
        } catch (GoneException e) {
          if (arguments != null && arguments[0] instanceof Frame frame) {
            frame.close();
          } else if (arguments != null && arguments[0] instanceof EmptyFrame frame) {
            frame.close();
          }
          throw e;
        }
      }
    }
    Object result = invoke(target, called, arguments);
    return switch (called.getName()) {
      case "source" -> played(Reader.class, (Reader) Objects.requireNonNull(result));
      case "result" -> played(Filler.class, (Filler) Objects.requireNonNull(result));
      default -> result;
    };
  }

  private static @Nullable Object invoke(
      Object target, Method called, Object @Nullable [] arguments) throws Throwable {
    try {
      return called.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
