package dev.dmabroker.testing;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Checks the rule by which things are made, which the page of the package dev.dmabroker states. */
public final class Construction {
  private Construction() {}

  /** What breaks the rule in these public types; nested ones are given, too. */
  public static Set<String> violations(Collection<Class<?>> types) {
    Set<String> found = new TreeSet<>();
    types.forEach(type -> check(type, found));
    return found;
  }

  private static void check(Class<?> type, Set<String> found) {
    if (isBuilder(type)) {
      checkBuilder(type, found);
      return;
    }
    for (Method method : methods(type).toList()) {
      boolean isStatic = Modifier.isStatic(method.getModifiers());
      if (isBuilder(method.getReturnType())
          && !method.getName().equals(isStatic ? "builder" : "toBuilder")) {
        found.add(method + " gives a builder under another name");
      }
      if (isValue(type) && !isStatic && method.getReturnType() == type) {
        found.add(method + " makes a changed copy");
      }
    }
    boolean hasBuilder = has(type, "builder");
    if (isValue(type) && hasBuilder != has(type, "toBuilder")) {
      found.add(type + " has builder or toBuilder alone");
    }
  }

  /** Each method of a builder gives the builder; one gives what it builds. */
  private static void checkBuilder(Class<?> builder, Set<String> found) {
    for (Method method : methods(builder).toList()) {
      Class<?> built = method.getReturnType();
      if (method.getName().equals("build")) {
        if (!has(built, "builder")) {
          found.add(built + " has a builder, and no method that gives it");
        }
      } else if (built != builder && !method.getName().equals("toString")) {
        found.add(method + " does not give the builder");
      }
    }
    if (builder.getConstructors().length > 0) {
      found.add(builder + " has a constructor besides the method that gives it");
    }
  }

  private static boolean isBuilder(Class<?> type) {
    return methods(type).anyMatch(method -> method.getName().equals("build"));
  }

  /** Whether objects of the class have no life of their own, and are not implemented elsewhere. */
  private static boolean isValue(Class<?> type) {
    return !AutoCloseable.class.isAssignableFrom(type)
        && !type.isInterface()
        && !Throwable.class.isAssignableFrom(type);
  }

  private static boolean has(Class<?> type, String method) {
    return methods(type).anyMatch(each -> each.getName().equals(method));
  }

  private static Stream<Method> methods(Class<?> type) {
    List<Method> declared = Arrays.asList(type.getDeclaredMethods());
    return declared.stream()
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
  }
}
