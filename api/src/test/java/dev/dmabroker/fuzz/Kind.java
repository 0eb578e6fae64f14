package dev.dmabroker.fuzz;

/**
 * A kind of things that exist in the world, each in a slot that has a number.
 *
 * @param <T> their type
 * @param name what a slot is called in the text of a step
 * @param slots how many there are
 * @param disposer ends a thing that another one takes the slot of
 */
record Kind<T>(String name, int slots, Disposer<T> disposer) {

  /** Ends a thing. */
  interface Disposer<T> {
    /** Ends it; what is thrown is judged as of any call. */
    void dispose(World world, T thing);
  }

  /**
   * A slot, or the absence of a thing.
   *
   * @param number the slot's number; {@link #NOTHING} stands for null
   */
  record Ref<T>(Kind<T> kind, int number) {
    static final int NOTHING = -1;

    @Override
    public String toString() {
      return number == NOTHING ? "null" : kind.name() + number;
    }
  }
}
