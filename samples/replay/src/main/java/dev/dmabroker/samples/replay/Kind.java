package dev.dmabroker.samples.replay;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What happens in a generated trace. */
enum Kind {
  /** Most streams are joined by a strict device while they run. */
  LATE_DEVICES(4, 3, 8, 0.8, 0.1, 0, 1),
  /** Eight streams begin at nearly one time; then there is rest. */
  BURSTS(4, 2, 6, 0.4, 0.3, 0, 8),
  /** Many streams of few frames, often of one kind and one latecomer. */
  SHORT_STREAMS(2, 1, 3, 0.4, 0.2, 0, 1),
  /** A camera comes back as another device for each of its streams, whose buffers it leaves. */
  CAMERAS(6, 2, 6, 0.5, 0, 0.7, 1),
  /** Buffers lie idle in scarce memory, of which other programs take a part and give it back. */
  CONTIGUOUS_PRESSURE(6, 2, 6, 0.6, 0.3, 0.6, 2);

  /** How many buffers a stream has. */
  final int buffers;

  /** How often each buffer is filled at least. */
  final int leastRounds;

  /** How often each buffer is filled at most. */
  final int mostRounds;

  /** The part of the streams that a strict device joins. */
  final double joined;

  /** The part of the streams whose producer is strict. */
  final double strict;

  /** The part of the streams whose buffers are kept when no frame comes any more. */
  final double kept;

  /** How many streams begin at nearly one time. */
  final int together;

  Kind(
      int buffers,
      int leastRounds,
      int mostRounds,
      double joined,
      double strict,
      double kept,
      int together) {
    this.buffers = buffers;
    this.leastRounds = leastRounds;
    this.mostRounds = mostRounds;
    this.joined = joined;
    this.strict = strict;
    this.kept = kept;
    this.together = together;
  }

  /** The names of all kinds, as the command line has them. */
  static List<String> names() {
    return Arrays.stream(values()).map(Kind::word).toList();
  }

  /** The kind of one of the {@link #names}. */
  static Kind named(String word) {
    return valueOf(word.replace('-', '_').toUpperCase(Locale.ROOT));
  }

  /** What the command line calls it. */
  String word() {
    return name().replace('_', '-').toLowerCase(Locale.ROOT);
  }

  /** Whether cameras leave and come back. */
  boolean camerasReturn() {
    return this == CAMERAS;
  }

  /** Whether other programs use the scarce memory, too. */
  boolean hasOthers() {
    return this == CONTIGUOUS_PRESSURE;
  }
}
