package dev.dmabroker.remote.internal.value;

import dev.dmabroker.remote.internal.wire.HeapTrait;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes and reads what is known of a heap. A trait that a reader does not know is skipped. */
final class Traits {
  private Traits() {}

  /** Sets one trait of a heap from a message. */
  private interface Setter {
    void set(HeapTraitsBuilder traits, HeapTrait message) throws BadMessageException;
  }

  /** Turns the message's value into the trait's. */
  private interface Reader<T> {
    T read(HeapTrait message) throws BadMessageException;
  }

  private static final Map<String, Setter> SETTERS = new HashMap<>();

  static {
    flag("contiguous", HeapTraitsBuilder::contiguous);
    flag("cached", HeapTraitsBuilder::cached);
    flag("cpuReach", HeapTraitsBuilder::cpuReach);
    flag("deviceAccess", HeapTraitsBuilder::deviceAccess);
    flag("secure", HeapTraitsBuilder::secure);
    flag("modelled", HeapTraitsBuilder::modelled);
    put("addressBits", HeapTraitsBuilder::addressBits, it -> Math.toIntExact(it.getNumber()));
    put("numaNode", HeapTraitsBuilder::numaNode, it -> Math.toIntExact(it.getNumber()));
    put("alignmentBytes", HeapTraitsBuilder::alignmentBytes, HeapTrait::getNumber);
    put("maxSizeBytes", HeapTraitsBuilder::maxSizeBytes, HeapTrait::getNumber);
    put("capacityBytes", HeapTraitsBuilder::capacityBytes, HeapTrait::getNumber);
    put("granuleBytes", HeapTraitsBuilder::granuleBytes, HeapTrait::getNumber);
    put("lowestAddress", HeapTraitsBuilder::lowestAddress, HeapTrait::getNumber);
    put("deviceLocal", HeapTraitsBuilder::deviceLocal, it -> it.getNames().getNames(0));
    put(
        "speed",
        HeapTraitsBuilder::speed,
        it -> Names.value(MemorySpeed.class, it.getNames().getNames(0)));
    put("coherency", HeapTraitsBuilder::coherency, Traits::coherency);
  }

  private interface With<T> {
    HeapTraitsBuilder set(HeapTraitsBuilder traits, Trait<T> trait);
  }

  private static void flag(String name, With<Boolean> with) {
    put(name, with, HeapTrait::getFlag);
  }

  private static <T> void put(String name, With<T> with, Reader<T> reader) {
    SETTERS.put(
        name,
        (traits, message) -> {
          Trait.Basis basis = Names.value(Trait.Basis.class, message.getBasis());
          T value = basis == Trait.Basis.UNKNOWN ? null : reader.read(message);
          HeapTraitsBuilder unused =
              with.set(traits, new Trait<>(value, basis, message.getSource()));
        });
  }

  private static Set<Coherency> coherency(HeapTrait message) throws BadMessageException {
    Set<Coherency> all = EnumSet.noneOf(Coherency.class);
    all.addAll(Names.values(Coherency.class, message.getNames().getNamesList()));
    return Set.copyOf(all);
  }

  /** Writes all traits of a heap. */
  static List<HeapTrait> write(HeapTraits traits) {
    List<HeapTrait> messages = new ArrayList<>();
    traits.all().forEach((name, trait) -> messages.add(write(name, trait)));
    return messages;
  }

  private static HeapTrait write(String name, Trait<?> trait) {
    HeapTrait.Builder message =
        HeapTrait.newBuilder()
            .setName(name)
            .setBasis(trait.basis().name())
            .setSource(trait.source());
    Object value = trait.value();
    if (value instanceof Boolean flag) {
      message.setFlag(flag);
    } else if (value instanceof Number number) {
      message.setNumber(number.longValue());
    } else if (value instanceof Set<?> several) {
      message.setNames(Values.names(several.stream().map(Traits::name).sorted().toList()));
    } else if (value != null) {
      message.setNames(Values.names(List.of(name(value))));
    }
    return message.build();
  }

  private static String name(Object value) {
    return value instanceof Enum<?> constant ? constant.name() : value.toString();
  }

  /**
   * Reads the traits of a heap.
   *
   * @throws BadMessageException if a value is unknown or out of bounds
   */
  static HeapTraits read(List<HeapTrait> messages) throws BadMessageException {
    HeapTraitsBuilder traits = HeapTraits.builder();
    try {
      for (HeapTrait message : messages) {
        Setter setter = SETTERS.get(message.getName());
        if (setter != null) {
          setter.set(traits, message);
        }
      }
      return traits.build();
    } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw Specs.refused(e);
    }
  }
}
