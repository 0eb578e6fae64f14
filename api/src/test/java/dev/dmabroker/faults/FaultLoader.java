package dev.dmabroker.faults;

import static org.objectweb.asm.Opcodes.ANEWARRAY;
import static org.objectweb.asm.Opcodes.ASM9;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.NEW;

import dev.dmabroker.testing.LibraryLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Loads the library anew, with calls of {@link FaultPoints} in the rooms of the engine that hold
 * state. Initializers of classes are left out: the JVM never loads a class whose initializer has
 * failed, and no library can help that.
 */
final class FaultLoader extends LibraryLoader {
  private static final Set<String> ROOMS =
      Set.of("buffer", "gate", "move", "stream", "allocation", "heap", "runtime");

  FaultLoader(ClassLoader parent) {
    super(
        parent,
        FaultPoints.class,
        FaultPoints.Kind.class,
        FaultPoints.Where.class,
        FaultCase.class,
        FaultCase.Trial.class);
  }

  @Override
  protected byte[] change(String name, byte[] code) {
    return isState(name) ? instrument(code) : code;
  }

  private static boolean isState(String name) {
    return ROOMS.stream().anyMatch(room -> name.startsWith(LIBRARY + "internal." + room + "."));
  }

  /**
   * Whether no fault strikes in a method. A thread of the broker always has stack for its first
   * frames, and what it logs is caught.
   */
  private static boolean isExempt(String type, String method) {
    return method.equals("<clinit>")
        || type.endsWith("runtime/Guarded")
        || (type.endsWith("runtime/Workers") && method.startsWith("lambda$"));
  }

  private static byte[] instrument(byte[] code) {
    ClassReader reader = new ClassReader(code);
    ClassWriter writer = new ClassWriter(reader, 0); // A call without arguments needs no stack.
    reader.accept(
        new ClassVisitor(ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            MethodVisitor to = super.visitMethod(access, name, descriptor, signature, exceptions);
            return isExempt(reader.getClassName(), name) ? to : new Points(to);
          }
        },
        0);
    return writer.toByteArray();
  }

  /** Calls at the entry of a method, and at each instruction that makes an object. */
  private static final class Points extends MethodVisitor {
    private static final String TARGET = Type.getInternalName(FaultPoints.class);

    Points(MethodVisitor to) {
      super(ASM9, to);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      call("entered");
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      super.visitTypeInsn(opcode, type);
      if (opcode == NEW || opcode == ANEWARRAY) {
        call("makes"); // Not before it, as frames name the place of the instruction.
      }
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      call("makes"); // A lambda or a string.
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    private void call(String point) {
      super.visitMethodInsn(INVOKESTATIC, TARGET, point, "()V", false);
    }
  }
}
