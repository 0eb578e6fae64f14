package dev.dmabroker.simulated;

import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ACC_SYNCHRONIZED;
import static org.objectweb.asm.Opcodes.ACC_VOLATILE;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ARETURN;
import static org.objectweb.asm.Opcodes.ASM9;
import static org.objectweb.asm.Opcodes.ATHROW;
import static org.objectweb.asm.Opcodes.DRETURN;
import static org.objectweb.asm.Opcodes.FRETURN;
import static org.objectweb.asm.Opcodes.F_FULL;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.LRETURN;
import static org.objectweb.asm.Opcodes.MONITORENTER;
import static org.objectweb.asm.Opcodes.MONITOREXIT;
import static org.objectweb.asm.Opcodes.POP;
import static org.objectweb.asm.Opcodes.RETURN;

import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.testing.LibraryLoader;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Loads the library anew for a {@link Simulation}: each access that threads share without a lock (a
 * volatile field, an atomic, a {@link VarHandle}) becomes a point at which another thread may run,
 * and each monitor becomes one of the simulation's. What runs is otherwise the code as compiled.
 */
final class SwitchLoader extends LibraryLoader {
  /** The rooms in which threads meet; elsewhere threads make way only where they wait. */
  private static final Set<String> ROOMS = Set.of("buffer", "gate", "move", "stream");

  private final Map<String, byte[]> replaced;

  /**
   * Makes a loader, and loads all that trials need.
   *
   * @param replaced the code of classes that are not to be loaded as they were compiled
   */
  SwitchLoader(Map<String, byte[]> replaced) throws ReflectiveOperationException {
    super(SwitchLoader.class.getClassLoader(), Trial.class);
    this.replaced = replaced;
    initialize(dev.dmabroker.Broker.class);
    initialize(SwitchLoader.class);
  }

  /** Returns a trial of a class that is loaded in this way. */
  Trial trial(Class<? extends Trial> type) throws ReflectiveOperationException {
    return Class.forName(type.getName(), true, this)
        .asSubclass(Trial.class)
        .getDeclaredConstructor()
        .newInstance();
  }

  /** Initializes all classes beside a class, as what happens then would differ from run to run. */
  private void initialize(Class<?> type) throws ReflectiveOperationException {
    try {
      Path root = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      List<Path> files;
      try (Stream<Path> all = Files.walk(root)) {
        files = all.filter(file -> isOfTheSoak(root.relativize(file).toString())).sorted().toList();
      }
      for (Path file : files) {
        String path = root.relativize(file).toString();
        String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
        Class<?> unused = Class.forName(name, true, this);
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isOfTheSoak(String path) {
    return path.endsWith(".class")
        && !path.endsWith("-info.class")
        && !path.contains("Test")
        && !path.contains("Stress")
        && (!path.contains("/testing/") || path.contains("Scripted"))
        && path.matches(
            "dev/dmabroker/((event|spec|spi|testing|internal/[a-z]+)/)?[A-Za-z$0-9]+.class");
  }

  @Override
  protected byte[] change(String name, byte[] code) {
    byte[] its = replaced.getOrDefault(name, code);
    return isTheWorlds(name) ? its : instrument(its);
  }

  /** Whether a class is one of those that make way. */
  private static boolean isTheWorlds(String name) {
    return name.startsWith(LIBRARY + "internal.simulation.")
        || name.startsWith(LIBRARY + "internal.runtime.World")
        || name.startsWith(LIBRARY + "internal.runtime.Machine");
  }

  private static boolean isMeeting(String type) {
    return ROOMS.stream().anyMatch(room -> type.startsWith("dev/dmabroker/internal/" + room + "/"));
  }

  private static byte[] instrument(byte[] code) {
    ClassReader reader = new ClassReader(code);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    Set<String> volatiles = volatiles(reader);
    reader.accept(
        new ClassVisitor(ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            boolean locks = (access & ACC_SYNCHRONIZED) != 0;
            MethodVisitor to =
                super.visitMethod(
                    access & ~ACC_SYNCHRONIZED, name, descriptor, signature, exceptions);
            if (name.equals("<clinit>")) {
              return to; // The JVM lets one thread at a time into it.
            }
            Type monitor =
                (access & ACC_STATIC) == 0 ? null : Type.getObjectType(reader.getClassName());
            return new Points(to, volatiles, locks, monitor, isMeeting(reader.getClassName()));
          }
        },
        0);
    return writer.toByteArray();
  }

  private static Set<String> volatiles(ClassReader reader) {
    String gate = "dev/dmabroker/internal/gate/";
    Set<String> names =
        new HashSet<>(Set.of(gate + "Gate.entrance", gate + "Slot.word", gate + "OwnWord.word"));
    reader.accept(
        new ClassVisitor(ASM9) {
          @Override
          public @Nullable FieldVisitor visitField(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              @Nullable Object value) {
            if ((access & ACC_VOLATILE) != 0) {
              names.add(reader.getClassName() + "." + name);
            }
            return null;
          }
        },
        ClassReader.SKIP_CODE);
    return names;
  }

  /** Puts points before accesses, and the simulation's monitors in place of the JVM's. */
  private static final class Points extends MethodVisitor {
    private static final String TARGET = Type.getInternalName(Simulation.class);

    private final Set<String> volatiles;
    private final boolean locks;
    private final @Nullable Type monitor;
    private final boolean points;
    private final Label start = new Label();

    Points(
        MethodVisitor to,
        Set<String> volatiles,
        boolean locks,
        @Nullable Type monitor,
        boolean points) {
      super(ASM9, to);
      this.volatiles = volatiles;
      this.locks = locks;
      this.monitor = monitor;
      this.points = points;
    }

    @Override
    public void visitCode() {
      super.visitCode();
      if (locks) {
        if (monitor == null) {
          super.visitVarInsn(ALOAD, 0);
        } else {
          super.visitLdcInsn(monitor);
        }
        call("enter", "(Ljava/lang/Object;)V");
        super.visitLabel(start);
      }
    }

    @Override
    public void visitInsn(int opcode) {
      switch (opcode) {
        case MONITORENTER -> call("enter", "(Ljava/lang/Object;)V");
        case MONITOREXIT -> {
          super.visitInsn(POP);
          call("exit", "()V");
        }
        case RETURN, ARETURN, IRETURN, LRETURN, FRETURN, DRETURN -> {
          if (locks) {
            call("exit", "()V");
          }
          super.visitInsn(opcode);
        }
        default -> super.visitInsn(opcode);
      }
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      if (locks) {
        Label handler = new Label();
        super.visitLabel(handler);
        super.visitFrame(F_FULL, 0, new Object[0], 1, new Object[] {"java/lang/Throwable"});
        super.visitTryCatchBlock(start, handler, handler, null);
        call("exit", "()V");
        super.visitInsn(ATHROW);
      }
      super.visitMaxs(maxStack, maxLocals);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      if (points && volatiles.contains(owner + "." + name)) {
        call("pass", "()V");
      }
      super.visitFieldInsn(opcode, owner, name, descriptor);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (points
          && !name.equals("<init>")
          && (owner.equals("java/lang/invoke/VarHandle")
              || owner.startsWith("java/util/concurrent/atomic/"))) {
        call("pass", "()V");
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    private void call(String method, String descriptor) {
      super.visitMethodInsn(INVOKESTATIC, TARGET, method, descriptor, false);
    }
  }
}
