package dev.dmabroker.internal.runtime;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.util.Objects;

/**
 * Calls extensions that may refuse. An extension may throw anything at all: it may have a bug, and
 * one in another language may throw checked exceptions that its methods do not declare. What it
 * must not throw counts as its refusal here, so that the engine has to be ready for that alone.
 */
public final class Foreign {
  private Foreign() {}

  /** Asks an extension, which answers or refuses. */
  public interface Question<T> {
    /** Returns the answer, which must not be null. */
    T ask() throws HeapException;
  }

  /** Has an extension do something, or refuse. */
  public interface Order {
    /** Does it. */
    void obey() throws HeapException;
  }

  /**
   * Returns the answer of an extension.
   *
   * @throws HeapException if the extension throws anything, or answers null
   */
  public static <T> T ask(Question<T> question) throws HeapException {
    try {
      return Objects.requireNonNull(question.ask(), "the answer is null");
    } catch (HeapException e) {
      throw e;
    } catch (Throwable t) {
      throw refusal(t);
    }
  }

  /**
   * Has an extension do something.
   *
   * @throws HeapException if the extension throws anything
   */
  public static void order(Order order) throws HeapException {
    try {
      order.obey();
    } catch (HeapException e) {
      throw e;
    } catch (Throwable t) {
      throw refusal(t);
    }
  }

  private static HeapException refusal(Throwable thrown) {
    return new HeapException(Kind.FAILED, "threw " + thrown, thrown);
  }
}
