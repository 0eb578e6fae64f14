package dev.dmabroker.growth;

import static org.objectweb.asm.Opcodes.ASM9;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;

import dev.dmabroker.testing.LibraryLoader;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Loads the library anew, with a call of {@link Steps#step} at the entry of each method of the
 * engine and at each jump back. What the JDK does within a call is no step, unless it calls the
 * engine: a collection that is searched counts if its elements are compared by methods of the
 * engine, or a lambda is called for each.
 */
final class StepLoader extends LibraryLoader {
  private static final String ENGINE = LIBRARY + "internal.";

  StepLoader(ClassLoader parent) {
    super(parent, Steps.class);
  }

  @Override
  protected byte[] change(String name, byte[] code) {
    return isCounted(name) ? instrument(code) : code;
  }

  /** The world that the engine runs in does more steps where more threads wait. */
  private static boolean isCounted(String name) {
    return name.startsWith(ENGINE) && !name.startsWith(ENGINE + "simulation.");
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
            return new Counter(super.visitMethod(access, name, descriptor, signature, exceptions));
          }
        },
        0);
    return writer.toByteArray();
  }

  /** Calls at the entry of a method, and before each jump to what lies behind. */
  private static final class Counter extends MethodVisitor {
    private static final String TARGET = Type.getInternalName(Steps.class);

    private final Set<Label> behind = new HashSet<>();

    Counter(MethodVisitor to) {
      super(ASM9, to);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      count();
    }

    @Override
    public void visitLabel(Label label) {
      super.visitLabel(label);
      behind.add(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      if (behind.contains(label)) {
        count();
      }
      super.visitJumpInsn(opcode, label);
    }

    private void count() {
      super.visitMethodInsn(INVOKESTATIC, TARGET, "step", "()V", false);
    }
  }
}
