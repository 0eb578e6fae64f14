package dev.dmabroker.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Loads the library and its tests anew with changed code, so that a test can have points in the
 * engine at which it is called. Classes of this loader know nothing of those that were loaded
 * before, but for the ones through which both talk.
 */
public abstract class LibraryLoader extends ClassLoader {
  protected static final String LIBRARY = "dev.dmabroker.";

  private final Set<String> shared;

  /**
   * Makes a loader.
   *
   * @param parent loads everything else, and has the code of the library
   * @param shared classes of the library that are the parent's
   */
  protected LibraryLoader(ClassLoader parent, Class<?>... shared) {
    super(parent);
    this.shared = Arrays.stream(shared).map(Class::getName).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the code that is loaded for a class of the library: the one given, or another. */
  protected abstract byte[] change(String name, byte[] code);

  @Override
  protected final Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(LIBRARY) || shared.contains(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] changed = change(name, in.readAllBytes());
      return defineClass(name, changed, 0, changed.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
