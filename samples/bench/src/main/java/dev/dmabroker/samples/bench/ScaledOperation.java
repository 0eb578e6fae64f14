package dev.dmabroker.samples.bench;

/** What is timed while a broker has many things, and how its time may grow with their number. */
enum ScaledOperation {
  /** One device more. */
  REGISTER("register a device", Bar.SCALE_FLAT),
  /** A buffer without memory. */
  EXPORT("export a buffer", Bar.SCALE_FLAT),
  /** Heaps for the buffer and two devices, without side effects. */
  PLAN("plan for two devices", Bar.SCALE_FLAT),
  /** The first device of the buffer. */
  ATTACH("attach a device", Bar.SCALE_FLAT),
  /** Gets the memory. */
  FIRST_MAP("first map + unmap", Bar.SCALE_FLAT),
  /** What a pipeline does for each frame. */
  SETTLED_MAP("settled map + unmap", Bar.SCALE_FLAT),
  /** A stricter device attaches and maps. */
  MOVE("move to another heap", Bar.SCALE_FLAT),
  /** The buffer has memory, and another device. */
  DETACH("detach a device", Bar.SCALE_FLAT),
  /** Gives the memory back. */
  CLOSE("close a buffer", Bar.SCALE_FLAT),
  /** One device less. */
  UNREGISTER("close a device", Bar.SCALE_FLAT),
  /** A heap of 16 pages is full: one of the buffers in it moves out. */
  MAKE_ROOM("make room in a heap of 16", Bar.SCALE_FLAT),
  /**
   * Memory that tells what it is, and that no buffer has. The first one asks all memory that too.
   */
  ADOPT("adopt memory + close", Bar.SCALE_FLAT),
  /** A trust group: its device, and buffers with memory. */
  COME("a group comes: a device, ten buffers", Bar.SCALE_FLAT),
  /** All that it had is closed. */
  GO("the group goes", Bar.SCALE_FLAT),
  /** Lists all things. */
  SNAPSHOT("snapshot, which lists all", Bar.SCALE_LINEAR),
  /** Connects, until the service's listener is told. */
  JOIN("a client joins the service", Bar.SCALE_FLAT),
  /** Export, attach, map and unmap of a client in its own process's name. */
  REMOTE_FIRST_MAP("its first buffer: register to map", Bar.SCALE_FLAT),
  /** By the page that client and service share. */
  REMOTE_MAP("its settled map + unmap", Bar.SCALE_FLAT),
  /** A token for the buffer, by which another client opens it, and closes it again. */
  SHARE("its buffer is opened by another", Bar.SCALE_FLAT),
  /** Closes all that it had, until the service's listener is told. */
  LEAVE("it leaves", Bar.SCALE_FLAT),
  /** Lists all clients. */
  CLIENTS("the list of clients", Bar.SCALE_LINEAR);

  private final String what;
  private final Bar bar;

  ScaledOperation(String what, Bar bar) {
    this.what = what;
    this.bar = bar;
  }

  /** What the figure is called. */
  String what() {
    return what;
  }

  /** How its time may grow. */
  Bar bar() {
    return bar;
  }

  /** Whether clients in other processes do it. */
  boolean isRemote() {
    return compareTo(JOIN) >= 0;
  }
}
