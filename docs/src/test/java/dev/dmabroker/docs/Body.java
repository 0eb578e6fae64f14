package dev.dmabroker.docs;

/** What the class that is made of a page's program implements. It is public for that class. */
public interface Body {
  /** Runs the statements of the program. */
  void run() throws Exception;
}
