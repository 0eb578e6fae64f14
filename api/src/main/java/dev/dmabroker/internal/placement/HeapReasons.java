package dev.dmabroker.internal.placement;

import com.google.common.math.LongMath;
import dev.dmabroker.Plan;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.internal.layout.Rules;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.Unmet;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what speaks against heaps. Each reason holds whatever format and alternatives are
 * chosen: sizes are those of the smallest format.
 */
final class HeapReasons {
  private final HeapTable table;
  private final Target target;
  private final List<? extends Participant> participants;
  private final boolean counting;

  /** The size of the buffer in the format that takes least, and the words for it. */
  private final long leastBytes;

  private final String ofFormat;

  /** What each alternative asks of pictures that cannot be met. */
  private final IdentityHashMap<Alternative, Optional<Unmet>> pictures = new IdentityHashMap<>();

  HeapReasons(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    this.table = table;
    this.target = target;
    this.participants = participants;
    this.counting = counting;
    Layout smallest = target.smallest();
    this.leastBytes = smallest.sizeBytes();
    this.ofFormat =
        target.formats().size() > 1
            ? " in its smallest format, " + smallest.image().orElseThrow().format()
            : "";
  }

  /**
   * Returns the reasons against heaps.
   *
   * @param which the heaps to look at
   * @param fieldsTogether the fields to name where each device by itself could use a heap
   * @param reasonTogether what to say of such a heap
   */
  List<Plan.PassedOver> against(IntPredicate which, String fieldsTogether, String reasonTogether) {
    List<Plan.PassedOver> passedOver = new ArrayList<>();
    for (int heap = 0; heap < table.size(); heap++) {
      if (which.test(heap)) {
        int before = passedOver.size();
        against(heap, passedOver);
        if (passedOver.size() == before) {
          passedOver.add(
              new RankedPlan.PassedOver(
                  table.info(heap).name(), "", fieldsTogether, reasonTogether));
        }
      }
    }
    return passedOver;
  }

  /** Adds the first problem that each device by itself has with the heap, and that of all. */
  private void against(int heap, List<Plan.PassedOver> passedOver) {
    String name = table.info(heap).name();
    for (Participant participant : participants) {
      Unmet unmet = unmet(heap, participant);
      if (unmet != null && !participant.isDispensable()) {
        String reason =
            unmet.field() == ConstraintField.FORBIDDEN_HEAPS
                ? participant.refusal(name).orElse(unmet.reason())
                : unmet.reason();
        passedOver.add(
            new RankedPlan.PassedOver(name, participant.name(), unmet.field().label(), reason));
      }
    }
    String size = sizeUnmet(heap);
    if (size != null) {
      passedOver.add(new RankedPlan.PassedOver(name, "", "sizeBytes", size));
    }
  }

  /** Returns why the heap is too small, whatever devices ask of memory; null if it is not. */
  private @Nullable String sizeUnmet(int heap) {
    if (table.rounded(heap, leastBytes) > table.limit(heap)) {
      return "the buffer needs "
          + leastBytes
          + " bytes"
          + ofFormat
          + ", the heap gives at most "
          + table.limit(heap);
    }
    long count = counting ? Participant.leastCounts(participants).count() : 1;
    long each = table.rounded(heap, leastNeeded());
    long total = LongMath.saturatedMultiply(each, count);
    return total > table.capacity(heap)
        ? count
            + " buffers of "
            + each
            + " bytes"
            + ofFormat
            + " take "
            + total
            + " bytes, the heap has "
            + table.capacity(heap)
        : null;
  }

  /** Returns the size that the devices need at least. */
  private long leastNeeded() {
    return participants.stream()
        .filter(each -> !each.isDispensable())
        .flatMapToLong(
            each ->
                each.alternatives().stream()
                    .mapToLong(alternative -> alternative.demand(table).minSizeBytes())
                    .min()
                    .stream())
        .reduce(leastBytes, Math::max);
  }

  /** Returns what a device has against a heap whatever other devices ask; null if nothing. */
  private @Nullable Unmet unmet(int heap, Participant participant) {
    Unmet first = null;
    for (Alternative alternative : participant.alternatives()) {
      HeapInfo info = table.info(heap);
      Unmet unmet = info.unmet(participant.name(), alternative.constraints()).orElse(null);
      if (unmet == null) {
        unmet = pictures.computeIfAbsent(alternative, this::pictureUnmet).orElse(null);
      }
      if (unmet == null) {
        unmet = sizeUnmet(heap, alternative);
      }
      if (unmet == null) {
        return null;
      }
      first = first == null ? unmet : first;
    }
    return first;
  }

  /** Returns what the device asks of pictures that this picture cannot meet, whatever the heap. */
  private Optional<Unmet> pictureUnmet(Alternative alternative) {
    Constraints asked = alternative.constraints();
    if (!target.isImage() || isStorable(alternative.demand(table))) {
      return Optional.empty();
    }
    String picture = "the picture is " + target.spec();
    for (ConstraintField field : asked.fields()) {
      Constraints alone = ConstraintViews.get().only(asked, field);
      if (field.isImage() && !isStorable(new DeviceDemand(table, "", alone))) {
        return Optional.of(
            new Unmet(
                field,
                picture
                    + ", the device asks "
                    + field
                    + " "
                    + ConstraintViews.get().text(asked, field)));
      }
    }
    return Optional.of(
        new Unmet(ConstraintField.FORMATS, picture + ", the device asks " + asked.images()));
  }

  /** Tells whether the picture has a layout that the device by itself takes, of any size. */
  private boolean isStorable(DeviceDemand demand) {
    Demand its = demand.of(target);
    Picture picture = Objects.requireNonNull(target.picture());
    for (int i = 0; i < target.forms().size(); i++) {
      StorageForm form = target.forms().get(i);
      Rules rules = its.rules(i);
      if (rules != null && form.layout(picture, rules) != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns why the size of the buffer does not suit the device in that heap; null if it suits. */
  private @Nullable Unmet sizeUnmet(int heap, Alternative alternative) {
    DeviceDemand demand = alternative.demand(table);
    if (target.isImage() && leastBytes > demand.maxPictureBytes()) {
      return new Unmet(
          ConstraintField.DEVICE_ACCESS,
          "the picture is "
              + leastBytes
              + " bytes"
              + ofFormat
              + ", and a device that imports it is told at most "
              + demand.maxPictureBytes()
              + ": sizes, strides and offsets have 32 bits in V4L2 and DRM");
    }
    long most = alternative.constraints().maxSizeBytes();
    long needed = Math.max(leastBytes, demand.minSizeBytes());
    if (needed > most) {
      return new Unmet(
          ConstraintField.MAX_SIZE,
          "the buffer is " + needed + " bytes" + ofFormat + ", the device takes " + most);
    }
    long limit = demand.limit(table.piecesOf(heap));
    if (needed > limit) {
      return new Unmet(
          ConstraintField.MAX_SEGMENTS,
          "the buffer is "
              + needed
              + " bytes"
              + ofFormat
              + ", and memory of this heap surely falls into "
              + alternative.constraints().maxSegments()
              + " segments up to "
              + limit
              + " bytes only");
    }
    if (demand.minSizeBytes() > table.limit(heap)) {
      return new Unmet(
          ConstraintField.MIN_SIZE,
          "the device needs "
              + demand.minSizeBytes()
              + " bytes, the heap gives at most "
              + table.limit(heap));
    }
    return null;
  }
}
