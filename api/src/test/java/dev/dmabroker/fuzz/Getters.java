package dev.dmabroker.fuzz;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads what public types tell of themselves: all methods without parameters that no operation
 * calls. Values that they give are read in turn.
 */
final class Getters {
  private static final String API = "dev.dmabroker";
  private static final int DEPTH = 5;
  private static final Set<String> OF_OBJECTS =
      Set.of("toString", "hashCode", "equals", "getClass", "clone", "values", "valueOf");

  private Getters() {}

  /** Reads all that a thing tells, and the values in it. */
  static void readAll(Object thing, Oracles oracles) {
    readAll(thing, oracles, DEPTH);
  }

  private static void readAll(Object thing, Oracles oracles, int depth) {
    if (thing instanceof Collection<?> elements) {
      elements.forEach(each -> readAll(each, oracles, depth));
    } else if (thing instanceof Optional<?> optional) {
      optional.ifPresent(each -> readAll(each, oracles, depth));
    } else if (depth > 0 && !(thing instanceof Enum<?>)) {
      String unused = thing.toString();
      types(thing.getClass()).stream()
          .flatMap(type -> getters(type).stream())
          .forEach(getter -> read(thing, getter, oracles, depth));
    }
  }

  private static void read(Object thing, Method getter, Oracles oracles, int depth) {
    try {
      oracles.totals().called("getters of " + name(getter.getDeclaringClass()));
      Object value = getter.invoke(thing);
      if (value == null) {
        oracles.findings().add(key(getter), new Finding("it answered null"));
      } else if (!(value instanceof AutoCloseable)) { // What is alive is read where it lies.
        readAll(value, oracles, depth - 1);
      }
    } catch (InvocationTargetException e) {
      oracles.judge(key(getter), e.getCause() == null ? e : e.getCause(), /* hasNull= */ false);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /** The public types of the API that the class is of. */
  private static Set<Class<?>> types(Class<?> type) {
    Set<Class<?>> types = new LinkedHashSet<>();
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      if (isPublic(each)) {
        types.add(each);
      }
      for (Class<?> shown : each.getInterfaces()) {
        types.addAll(types(shown));
      }
    }
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    String place = type.getPackageName();
    return Modifier.isPublic(type.getModifiers())
        && (place.equals(API) || place.equals(API + ".event"));
  }

  /** The getters of one type. */
  static List<Method> getters(Class<?> type) {
    Set<String> operations = Operations.methods();
    List<Method> getters = new ArrayList<>();
    for (Method method : type.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && !Modifier.isStatic(method.getModifiers())
          && method.getParameterCount() == 0
          && method.getReturnType() != void.class
          && !method.isSynthetic()
          && !OF_OBJECTS.contains(method.getName())
          && !operations.contains(key(method))) {
        getters.add(method);
      }
    }
    return getters;
  }

  /** A method's name, as in {@link DocumentedExceptions}. */
  static String key(Method method) {
    return name(method.getDeclaringClass())
        + "."
        + method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(",", "(", ")"));
  }

  /** A type's name without its package. */
  static String name(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }
}
