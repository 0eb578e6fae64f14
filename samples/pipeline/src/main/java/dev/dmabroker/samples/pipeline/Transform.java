package dev.dmabroker.samples.pipeline;

/** A device that makes frames of frames, one of each, in their order: a converter, a codec. */
interface Transform extends AutoCloseable {
  /** What it reads. */
  Reader source();

  /** What it fills. Ready once the first source is queued. */
  Filler result();

  /** Tells it that no more sources come. */
  void drain();

  /** Stops both sides, releases every frame and closes the device. */
  @Override
  void close();
}
