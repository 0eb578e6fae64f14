package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.testing.Construction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The types that applications use are made as those of the broker, and without surprises. */
class PublicTypesTest {
  private static final List<Class<?>> TYPES =
      List.of(
          Heaps.class,
          ImportedDmaBuf.class,
          MemoryRefusedException.class,
          ModelledHeap.class,
          ModelledHeap.Builder.class,
          UserMemory.class,
          V4l2Heap.class);

  @Test
  void thingsAreMadeInOneWay() {
    assertEquals(Set.of(), Construction.violations(TYPES));
  }

  /** A checked exception of the interface to heaps is for those that write heaps. */
  @Test
  void noMethodThatMakesOneThrowsACheckedException() {
    for (Class<?> type : TYPES) {
      for (Method method : type.getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers()) && Modifier.isStatic(method.getModifiers())) {
          assertEquals(List.of(), List.of(method.getExceptionTypes()), method::toString);
        }
      }
    }
  }
}
