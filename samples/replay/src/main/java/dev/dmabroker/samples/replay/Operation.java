package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a user of the broker did. Buffers and mappings go by ids that are unique in the trace. */
sealed interface Operation {

  /** When, since the trace began. */
  long micros();

  /** The line in the trace, without the time. */
  String text();

  /** The line in the trace. */
  default String line() {
    return micros() + " " + text() + "\n";
  }

  /** Calls the visitor's method for this kind. */
  void accept(Visitor visitor);

  /** Does something for each kind of operation. */
  interface Visitor {
    void register(Register register);

    void export(Export export);

    void attach(Attach attach);

    void map(Map map);

    void unmap(Unmap unmap);

    void detach(Detach detach);

    void close(Close close);

    void others(Others others);
  }

  /**
   * A device was registered; one of the same name that was there before is gone.
   *
   * @param device its name
   * @param access the most that it does
   * @param longestHold empty for the broker's default
   * @param constraints what it asks
   */
  record Register(
      long micros,
      String device,
      Access access,
      Optional<Duration> longestHold,
      Constraints constraints)
      implements Operation {

    DeviceSpec spec() {
      DeviceSpec.Builder spec = DeviceSpec.builder(device).access(access).constraints(constraints);
      longestHold.ifPresent(spec::longestHold);
      return spec.build();
    }

    @Override
    public String text() {
      return "register %s %s %s %s"
          .formatted(
              device,
              access,
              longestHold
                  .map(hold -> Long.toString(TimeUnit.MICROSECONDS.convert(hold)))
                  .orElse(TraceParser.DEFAULT),
              ConstraintsText.format(constraints));
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.register(this);
    }
  }

  /** A buffer was made. */
  record Export(long micros, String buffer, BufferSpec spec) implements Operation {

    @Override
    public String text() {
      return "export " + buffer + " " + text(spec);
    }

    private static String text(BufferSpec spec) {
      if (spec instanceof ImageSpec image) {
        return "image %dx%d %s%s"
            .formatted(
                image.width(),
                image.height(),
                image.formats().stream().map(Enum::name).collect(Collectors.joining(",")),
                image.colorSpace().map(space -> " " + space.name()).orElse(""));
      }
      return "blob " + ((BlobSpec) spec).sizeBytes();
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.export(this);
    }
  }

  /** A device was attached to a buffer. */
  record Attach(long micros, String buffer, String device) implements Operation {

    @Override
    public String text() {
      return "attach " + buffer + " " + device;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.attach(this);
    }
  }

  /**
   * A device asked to map a buffer.
   *
   * @param mapping the mapping's id, also if there never was one
   * @param granted whether it was mapped in the end, when this was recorded
   * @param waitMicros after how long that was known
   */
  record Map(
      long micros,
      String mapping,
      String buffer,
      String device,
      Access access,
      boolean granted,
      long waitMicros)
      implements Operation {

    Map ended(boolean granted, long waitMicros) {
      return new Map(micros, mapping, buffer, device, access, granted, waitMicros);
    }

    @Override
    public String text() {
      return "map %s %s %s %s %s %d"
          .formatted(mapping, buffer, device, access, granted ? "granted" : "failed", waitMicros);
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.map(this);
    }
  }

  /** A mapping was closed. */
  record Unmap(long micros, String mapping) implements Operation {

    @Override
    public String text() {
      return "unmap " + mapping;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.unmap(this);
    }
  }

  /** A device was detached from a buffer. */
  record Detach(long micros, String buffer, String device) implements Operation {

    @Override
    public String text() {
      return "detach " + buffer + " " + device;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.detach(this);
    }
  }

  /** A buffer was closed. */
  record Close(long micros, String buffer) implements Operation {

    @Override
    public String text() {
      return "close " + buffer;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.close(this);
    }
  }

  /**
   * Programs that do not use the broker took memory of a heap, or gave some back.
   *
   * @param bytes what they have of it from now on
   */
  record Others(long micros, String heap, long bytes) implements Operation {

    @Override
    public String text() {
      return "others " + heap + " " + bytes;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.others(this);
    }
  }
}
