package dev.dmabroker.remote.internal.value;

import dev.dmabroker.Conflict;
import dev.dmabroker.Plan;
import dev.dmabroker.remote.internal.wire.Planned;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes and reads plans and conflicts. */
public final class Plans {
  private Plans() {}

  /** Nanoseconds of a duration, or the most that there are. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  private record RemoteClause(String device, String field, String value)
      implements Conflict.Clause, Serializable {
    @Override
    public String toString() {
      return device + "'s " + field + (value.equals("true") ? "" : "=" + value);
    }
  }

  private record RemoteChange(Conflict.Clause clause, String instead)
      implements Conflict.Change, Serializable {
    @Override
    public String toString() {
      return clause + " were " + instead;
    }
  }

  private record RemoteRelaxation(
      List<Conflict.Change> changes, String heap, Optional<PixelFormat> format)
      implements Conflict.Relaxation {}

  private record RemoteConflict(
      List<Conflict.Clause> clauses,
      boolean irreducible,
      boolean smallest,
      List<Conflict.Relaxation> relaxations,
      String cause,
      String text)
      implements Conflict {
    @Override
    public String toString() {
      return text;
    }
  }

  private record RemotePlan(
      BufferSpec spec,
      List<String> devices,
      List<Candidate> placements,
      List<PassedOver> passedOver,
      Optional<Conflict> conflict,
      List<String> notes,
      String text)
      implements Plan {
    @Override
    public String toString() {
      return text;
    }
  }

  private record RemoteCandidate(
      String heap,
      Layout layout,
      long sizeBytes,
      long neededBytes,
      List<Plan.Alternative> alternatives,
      long alignmentBytes,
      long count,
      Coherency coherency,
      long penalty,
      List<String> leftOut,
      double cost,
      String reason,
      long totalBytes)
      implements Plan.Candidate {}

  private record RemoteAlternative(String device, int number, int count, Constraints constraints)
      implements Plan.Alternative {}

  private record RemotePassedOver(String heap, String device, String field, String reason)
      implements Plan.PassedOver {}

  /** Writes a conflict. */
  static dev.dmabroker.remote.internal.wire.Conflict write(
      Conflict conflict, UnaryOperator<String> names) {
    var message =
        dev.dmabroker.remote.internal.wire.Conflict.newBuilder()
            .setIrreducible(conflict.irreducible())
            .setSmallest(conflict.smallest())
            .setCause(names.apply(conflict.cause()))
            .setText(names.apply(conflict.toString()));
    conflict.clauses().forEach(clause -> message.addClauses(write(clause, names)));
    for (Conflict.Relaxation relaxation : conflict.relaxations()) {
      var written =
          dev.dmabroker.remote.internal.wire.Relaxation.newBuilder()
              .setHeap(relaxation.heap())
              .setFormat(relaxation.format().map(PixelFormat::name).orElse(""));
      for (Conflict.Change change : relaxation.changes()) {
        written.addChanges(
            dev.dmabroker.remote.internal.wire.Change.newBuilder()
                .setClause(write(change.clause(), names))
                .setInstead(change.instead()));
      }
      message.addRelaxations(written);
    }
    return message.build();
  }

  private static dev.dmabroker.remote.internal.wire.Clause write(
      Conflict.Clause clause, UnaryOperator<String> names) {
    return dev.dmabroker.remote.internal.wire.Clause.newBuilder()
        .setDevice(names.apply(clause.device()))
        .setField(clause.field())
        .setValue(clause.value())
        .build();
  }

  /** Reads a conflict. */
  static Conflict read(dev.dmabroker.remote.internal.wire.Conflict message)
      throws BadMessageException {
    List<Conflict.Relaxation> relaxations = new ArrayList<>();
    for (var relaxation : message.getRelaxationsList()) {
      List<Conflict.Change> changes = new ArrayList<>();
      relaxation
          .getChangesList()
          .forEach(
              change ->
                  changes.add(new RemoteChange(read(change.getClause()), change.getInstead())));
      String format = relaxation.getFormat();
      relaxations.add(
          new RemoteRelaxation(
              List.copyOf(changes),
              relaxation.getHeap(),
              format.isEmpty()
                  ? Optional.empty()
                  : Optional.of(Names.value(PixelFormat.class, format))));
    }
    return new RemoteConflict(
        message.getClausesList().stream().<Conflict.Clause>map(Plans::read).toList(),
        message.getIrreducible(),
        message.getSmallest(),
        List.copyOf(relaxations),
        message.getCause(),
        message.getText());
  }

  private static RemoteClause read(dev.dmabroker.remote.internal.wire.Clause message) {
    return new RemoteClause(message.getDevice(), message.getField(), message.getValue());
  }

  /**
   * Writes a plan, with all that it says.
   *
   * @param names turns each text with names into what the receiver is told
   */
  public static Planned write(Plan plan, UnaryOperator<String> names) {
    Planned.Builder message =
        Planned.newBuilder()
            .setSpec(Specs.write(plan.spec()))
            .addAllDevices(plan.devices().stream().map(names).toList())
            .addAllNotes(plan.notes().stream().map(names).toList())
            .setText(names.apply(plan.toString()));
    plan.conflict().ifPresent(conflict -> message.setConflict(write(conflict, names)));
    for (Plan.PassedOver each : plan.passedOver()) {
      message.addPassedOver(
          Planned.PassedOver.newBuilder()
              .setHeap(each.heap())
              .setDevice(names.apply(each.device()))
              .setField(each.field())
              .setReason(names.apply(each.reason())));
    }
    plan.placements().forEach(each -> message.addPlacements(write(each, names)));
    return message.build();
  }

  private static Planned.Candidate write(Plan.Candidate candidate, UnaryOperator<String> names) {
    Planned.Candidate.Builder message =
        Planned.Candidate.newBuilder()
            .setHeap(candidate.heap())
            .setLayout(Specs.write(candidate.layout()))
            .setSizeBytes(candidate.sizeBytes())
            .setNeededBytes(candidate.neededBytes())
            .setAlignmentBytes(candidate.alignmentBytes())
            .setCount(candidate.count())
            .setCoherency(candidate.coherency().name())
            .setPenalty(candidate.penalty())
            .addAllLeftOut(candidate.leftOut().stream().map(names).toList())
            .setCost(candidate.cost())
            .setReason(names.apply(candidate.reason()))
            .setTotalBytes(candidate.totalBytes());
    for (Plan.Alternative each : candidate.alternatives()) {
      message.addAlternatives(
          Planned.Alternative.newBuilder()
              .setDevice(names.apply(each.device()))
              .setNumber(each.number())
              .setCount(each.count())
              .setConstraints(Values.write(each.constraints())));
    }
    return message.build();
  }

  /**
   * Reads a plan.
   *
   * @throws BadMessageException if a value is unknown or out of bounds
   */
  public static Plan read(Planned message) throws BadMessageException {
    List<Plan.Candidate> placements = new ArrayList<>();
    for (var candidate : message.getPlacementsList()) {
      placements.add(read(candidate));
    }
    List<Plan.PassedOver> passedOver = new ArrayList<>();
    message
        .getPassedOverList()
        .forEach(
            each ->
                passedOver.add(
                    new RemotePassedOver(
                        each.getHeap(), each.getDevice(), each.getField(), each.getReason())));
    return new RemotePlan(
        Specs.read(message.getSpec()),
        List.copyOf(message.getDevicesList()),
        List.copyOf(placements),
        List.copyOf(passedOver),
        message.hasConflict() ? Optional.of(read(message.getConflict())) : Optional.empty(),
        List.copyOf(message.getNotesList()),
        message.getText());
  }

  private static Plan.Candidate read(Planned.Candidate message) throws BadMessageException {
    List<Plan.Alternative> alternatives = new ArrayList<>();
    for (var each : message.getAlternativesList()) {
      alternatives.add(
          new RemoteAlternative(
              each.getDevice(),
              each.getNumber(),
              each.getCount(),
              Values.read(each.getConstraints())));
    }
    return new RemoteCandidate(
        message.getHeap(),
        Specs.read(message.getLayout()),
        message.getSizeBytes(),
        message.getNeededBytes(),
        List.copyOf(alternatives),
        message.getAlignmentBytes(),
        message.getCount(),
        Names.value(Coherency.class, message.getCoherency()),
        message.getPenalty(),
        List.copyOf(message.getLeftOutList()),
        message.getCost(),
        message.getReason(),
        message.getTotalBytes());
  }
}
