package dev.dmabroker.remote.internal.value;

import dev.dmabroker.remote.internal.wire.Constraints.Field;
import dev.dmabroker.remote.internal.wire.Constraints.Range;
import dev.dmabroker.remote.internal.wire.Constraints.Ranges;
import dev.dmabroker.spec.AddressRange;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.MemorySpeed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

/**
 * Knows how each field of constraints crosses: how it is written, and how it is set again. The
 * fields of pictures are {@link PictureFields}.
 */
final class ConstraintFields {
  private ConstraintFields() {}

  /** Writes a field's value. */
  private interface Writer {
    void write(Constraints from, Field.Builder to);
  }

  /** Sets a field from what was written. */
  private interface Reader {
    void read(Field from, ConstraintsBuilder to) throws BadMessageException;
  }

  private record Way(Field.ValueCase form, Writer writer, Reader reader) {}

  private static final Map<ConstraintField, Way> WAYS = new EnumMap<>(ConstraintField.class);

  static {
    flag(ConstraintField.CONTIGUOUS, ConstraintsBuilder::contiguous);
    flag(ConstraintField.CPU_REACH, ConstraintsBuilder::cpuReach);
    flag(ConstraintField.SECURE, ConstraintsBuilder::secure);
    number(ConstraintField.ALIGNMENT, Constraints::alignmentBytes, ConstraintsBuilder::alignment);
    number(ConstraintField.MIN_SIZE, Constraints::minSizeBytes, ConstraintsBuilder::minSize);
    number(ConstraintField.MAX_SIZE, Constraints::maxSizeBytes, ConstraintsBuilder::maxSize);
    number(
        ConstraintField.MAX_SEGMENT_SIZE,
        Constraints::maxSegmentBytes,
        ConstraintsBuilder::maxSegmentSize);
    number(
        ConstraintField.SEGMENT_BOUNDARY,
        Constraints::segmentBoundaryBytes,
        ConstraintsBuilder::segmentBoundary);
    number(
        ConstraintField.STRIDE_ALIGNMENT,
        Constraints::strideAlignmentBytes,
        ConstraintsBuilder::strideAlignment);
    count(ConstraintField.ADDRESS_BITS, Constraints::addressBits, ConstraintsBuilder::addressBits);
    count(ConstraintField.MAX_SEGMENTS, Constraints::maxSegments, ConstraintsBuilder::maxSegments);
    count(
        ConstraintField.NUMA_NODE,
        asked -> asked.numaNode().orElse(-1),
        ConstraintsBuilder::numaNode);
    buffers(ConstraintField.CAMPING, ConstraintsBuilder::camping);
    buffers(ConstraintField.DEDICATED_SLACK, ConstraintsBuilder::dedicatedSlack);
    buffers(ConstraintField.SHARED_SLACK, ConstraintsBuilder::sharedSlack);
    buffers(ConstraintField.MIN_COUNT, ConstraintsBuilder::minCount);
    buffers(ConstraintField.MAX_COUNT, ConstraintsBuilder::maxCount);
    texts(
        ConstraintField.PERMITTED_HEAPS,
        asked -> asked.permittedHeaps().orElse(Set.of()),
        ConstraintsBuilder::permittedHeaps);
    texts(
        ConstraintField.FORBIDDEN_HEAPS,
        Constraints::forbiddenHeaps,
        ConstraintsBuilder::forbiddenHeaps);
    texts(
        ConstraintField.PERMITTED_HEAP_TYPES,
        asked -> asked.permittedHeapTypes().orElse(Set.of()),
        ConstraintsBuilder::permittedHeapTypes);
    texts(
        ConstraintField.FORBIDDEN_HEAP_TYPES,
        Constraints::forbiddenHeapTypes,
        ConstraintsBuilder::forbiddenHeapTypes);
    values(
        ConstraintField.COHERENCY,
        Coherency.class,
        Constraints::coherency,
        (to, all) -> to.coherency(all.toArray(new Coherency[0])));
    values(
        ConstraintField.COMPRESSED_FORMATS,
        CompressedFormat.class,
        asked -> asked.compressedFormats().orElse(Set.of()),
        (to, all) -> to.compressedFormats(all.toArray(new CompressedFormat[0])));
    values(
        ConstraintField.CACHING,
        Caching.class,
        asked -> Set.of(asked.caching()),
        (to, all) -> to.caching(all.get(0)));
    values(
        ConstraintField.SPEED,
        MemorySpeed.class,
        asked -> Set.of(asked.speed()),
        (to, all) -> to.speed(all.get(0)));
    // What a device gives up is what crosses: each of these is asked for unless it says so.
    way(
        ConstraintField.DEVICE_ACCESS,
        Field.ValueCase.FLAG,
        (from, to) -> to.setFlag(false),
        (from, to) -> {
          if (!from.getFlag()) {
            to.cpuOnly();
          }
        });
    flag(ConstraintField.PEER_TO_PEER, ConstraintsBuilder::peerToPeer);
    way(
        ConstraintField.ADDRESS_RANGES,
        Field.ValueCase.RANGES,
        (from, to) -> to.setRanges(write(from.addressRanges())),
        (from, to) -> to.addressRanges(read(from.getRanges())));
  }

  private static void way(
      ConstraintField field, Field.ValueCase form, Writer writer, Reader reader) {
    WAYS.put(field, new Way(form, writer, reader));
  }

  private static void flag(
      ConstraintField field, Function<ConstraintsBuilder, ConstraintsBuilder> set) {
    way(
        field,
        Field.ValueCase.FLAG,
        (from, to) -> to.setFlag(true),
        (from, to) -> {
          if (from.getFlag()) {
            ConstraintsBuilder unused = set.apply(to);
          }
        });
  }

  private static void number(
      ConstraintField field,
      ToLongFunction<Constraints> get,
      ObjLongConsumer<ConstraintsBuilder> set) {
    way(
        field,
        Field.ValueCase.NUMBER,
        (from, to) -> to.setNumber(get.applyAsLong(from)),
        (from, to) -> set.accept(to, from.getNumber()));
  }

  private static void count(
      ConstraintField field,
      ToLongFunction<Constraints> get,
      ObjIntConsumer<ConstraintsBuilder> set) {
    way(
        field,
        Field.ValueCase.NUMBER,
        (from, to) -> to.setNumber(get.applyAsLong(from)),
        (from, to) -> set.accept(to, whole(field, from.getNumber())));
  }

  private static void buffers(ConstraintField field, ObjIntConsumer<ConstraintsBuilder> set) {
    count(field, from -> from.counts().getOrDefault(field, 0), set);
  }

  private static void texts(
      ConstraintField field,
      Function<Constraints, Collection<String>> get,
      BiConsumer<ConstraintsBuilder, String[]> set) {
    way(
        field,
        Field.ValueCase.NAMES,
        (from, to) -> to.setNames(Values.names(get.apply(from))),
        (from, to) -> set.accept(to, from.getNames().getNamesList().toArray(new String[0])));
  }

  private static <E extends Enum<E>> void values(
      ConstraintField field,
      Class<E> type,
      Function<Constraints, Collection<E>> get,
      BiConsumer<ConstraintsBuilder, List<E>> set) {
    way(
        field,
        Field.ValueCase.NAMES,
        (from, to) -> to.setNames(Values.names(get.apply(from).stream().map(E::name).toList())),
        (from, to) -> {
          List<E> values = Names.values(type, from.getNames().getNamesList());
          if (values.isEmpty()) {
            throw new BadMessageException(field + " names no value");
          }
          set.accept(to, values);
        });
  }

  private static int whole(ConstraintField field, long number) throws BadMessageException {
    if (number != (int) number) {
      throw new BadMessageException(
          field + " is " + Long.toUnsignedString(number) + ", and is at most 2^31-1");
    }
    return (int) number;
  }

  private static Ranges.Builder write(List<AddressRange> ranges) {
    Ranges.Builder message = Ranges.newBuilder();
    for (AddressRange range : ranges) {
      message.addRanges(Range.newBuilder().setFirst(range.first()).setLast(range.last()));
    }
    return message;
  }

  private static AddressRange[] read(Ranges message) {
    List<AddressRange> ranges = new ArrayList<>();
    message
        .getRangesList()
        .forEach(range -> ranges.add(new AddressRange(range.getFirst(), range.getLast())));
    return ranges.toArray(new AddressRange[0]);
  }

  /** The fields that cross in this way. */
  static Set<ConstraintField> all() {
    return WAYS.keySet();
  }

  /** The form that a field's value has. */
  static Field.ValueCase form(ConstraintField field) {
    return Values.known(WAYS.get(field), field).form;
  }

  /** Writes a field that the constraints ask for. */
  static Field write(ConstraintField field, Constraints from) {
    Way way = Values.known(WAYS.get(field), field);
    Field.Builder message = Field.newBuilder().setName(field.label());
    way.writer.write(from, message);
    return message.build();
  }

  /**
   * Sets a field.
   *
   * @throws BadMessageException if its value is not of the form that the field has
   */
  static void read(ConstraintField field, Field from, ConstraintsBuilder to)
      throws BadMessageException {
    Way way = Values.known(WAYS.get(field), field);
    if (from.getValueCase() != way.form) {
      throw new BadMessageException(
          field + " needs a value of the form " + way.form + ", not " + from.getValueCase());
    }
    way.reader.read(from, to);
  }
}
