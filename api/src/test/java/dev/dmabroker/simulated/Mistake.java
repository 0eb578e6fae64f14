package dev.dmabroker.simulated;

import com.google.common.collect.ImmutableList;

/**
 * A mistake that can be made in the code, as an edit of its sources. They are those of {@code
 * docs/model}, which has each of them as a step of the model.
 */
enum Mistake {
  READ_GATE_FIRST(
      edit(
          "gate/Gate",
          "    if (entrance != here) {\n",
          "    if (entrance != here && here == null) {\n")),
  LOOK_FIRST(
      edit(
          "move/Relocation",
          "    if (leaving != null) {\n      if (!leaving.stopMappings",
          "    boolean seen = from.hasWriters();\n"
              + "    if (leaving != null) {\n      if (!leaving.stopMappings"),
      edit(
          "move/Relocation",
          "    if (!from.hasWriters()) {\n      return endDrain",
          "    if (!seen) {\n      return endDrain")),
  READ_BEFORE_FREEING(
      edit(
          "gate/BufferMapping",
          "    boolean unused = leave();\n    report();",
          "    boolean waitedFor = gate.isWaitedFor(entrance);\n    boolean unused = leave();\n"
              + "    if (waitedFor) report();")),
  NO_REPORT(
      edit(
          "buffer/Request",
          "    life.lock.report(life::advance);\n    life.lock.change(",
          "    life.lock.change(")),
  PUBLISH_FIRST(
      edit(
          "move/Relocation",
          "      long bytes = contents.copy(target());\n",
          """
                Place early = target();
                buffer.lock().change(after -> { early.markWritten(); buffer.moved(early, after); });
                long bytes = contents.copy(early);
          """)),
  ONE_BY_ONE(edit("buffer/Moving", "    life.attachments.shutGates(old, recall(after));\n", "")),
  RETIRE_BLINDLY(
      edit(
          "buffer/BufferLife",
          "    if (old.isIdle()) {\n      release(after, old);",
          "    if (old != null) {\n      release(after, old);")),
  FORGET_FENCES(
      edit(
          "move/FenceWait",
          "poller == null ? Optional.empty() : pendingFence();",
          "poller != null ? Optional.empty() : pendingFence();")),
  LATE_FENCE(
      edit(
          "buffer/Moving",
          "return life.moving == this && life.state() == in;",
          "return life.moving != null && life.state() == in;")),
  CLAIM_LATE(
      edit(
          "buffer/MapRequest",
          "attachment.suits(target) && claim(after) ?",
          "attachment.suits(target) && !isDone() ?"),
      edit(
          "buffer/MapRequest",
          "      mapping = admitTo(target, after);",
          "      if (claim(after)) {\n        mapping = admitTo(target, after);\n      }")),
  READERS_STAND(
      edit(
          "gate/Attachments",
          "if (place != null) {\n      place.recall(/* onlyWriting= */ false, why);",
          "if (place != null) {\n      place.recall(/* onlyWriting= */ true, why);")),
  OPEN_LATE(
      edit(
          "gate/BufferMapping",
          "access(), open, holder, listener, uses);\n",
          """
          access(), false, holder, listener, uses);
              if (open) {
                lease.stand();
                after.then(lease::openLate);
              }
          """),
      edit(
          "gate/BufferLease",
          "  // ---- What the holder calls ----\n",
          "  void stand() { shut = false; }\n\n  void openLate() { uses.open(); }\n\n")),
  COUNT_FIRST(
      edit(
          "gate/Attachments",
          "    openGates(place, how);\n    place.recall(/* onlyWriting= */ true, why);",
          "    openGates(place, how);"),
      edit(
          "gate/Place",
          "  void recall(boolean onlyWriting",
          "  public void recall(boolean onlyWriting"),
      edit(
          "move/Relocation",
          "    if (!from.hasWriters()) {\n      return endDrain",
          "    boolean seen = from.hasWriters();\n    from.recall(true, buffer.recall(after));\n"
              + "    if (!seen) {\n      return endDrain")),
  READ_THEN_ADD(
      edit(
          "gate/OwnWord",
          "if (WORD.compareAndSet(this, now, now + ONE)) {",
          "if ((long) WORD.getAndAdd(this, ONE) >= 0) {")),
  STANDING_COUNTS(
      edit(
          "gate/OwnWord",
          "return WORD.compareAndSet(this, seen, seen - ONE);",
          "return isOpen(seen) || WORD.compareAndSet(this, seen, seen - ONE);")),
  NO_RING(
      edit("gate/BufferLease", "      reports = !uses.isOpen(seen);", "      reports = false;")),
  TAKE_BACK_SILENTLY(
      edit(
          "gate/OwnWord",
          "    long now = word;\n    while (isOpen(now)) {",
          """
          long now = (long) WORD.getAndAdd(this, ONE);
          if (isOpen(now)) {
            SINCE.setOpaque(this, nowNanos);
            return true;
          }
          now = (long) WORD.getAndAdd(this, -ONE) & ~OPEN;
          while (isOpen(now)) {\
          """));

  @SuppressWarnings("ImmutableEnumChecker") // Edits are strings.
  private final ImmutableList<Edit> edits;

  Mistake(Edit... edits) {
    this.edits = ImmutableList.copyOf(edits);
  }

  /** Text of a class of the engine, and what takes its place. */
  record Edit(String file, String from, String to) {}

  private static Edit edit(String file, String from, String to) {
    return new Edit(file, from, to);
  }

  ImmutableList<Edit> edits() {
    return edits;
  }
}
