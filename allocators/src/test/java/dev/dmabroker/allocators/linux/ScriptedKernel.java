package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the package and the kernel until it is closed: a script sees each system call of
 * some threads, and may answer it in the kernel's place.
 */
final class ScriptedKernel implements AutoCloseable {

  /** What a test makes of the calls. */
  interface Script {
    /**
     * Answers a call. Calls that the script makes are not seen by it.
     *
     * @return the call's result, or null to let the kernel answer
     */
    @Nullable Number answer(Call call) throws Exception;
  }

  /** One system call. */
  record Call(String name, List<Object> arguments) {

    boolean is(String name) {
      return this.name.equals(name);
    }

    /** Whether it is this request to a driver. */
    boolean isRequest(long request) {
      return is("ioctl") && arguments.get(1).equals(request);
    }

    long number(int argument) {
      return ((Number) arguments.get(argument)).longValue();
    }

    byte[] bytes(int argument) {
      return (byte[]) arguments.get(argument);
    }
  }

  private final SystemCalls kernel = LibC.calls();
  private final ThreadLocal<Boolean> inScript = new ThreadLocal<>();

  /** Stands in for the calls of the thread that makes it. */
  ScriptedKernel(Script script) {
    this(Predicate.isEqual(Thread.currentThread()), script);
  }

  /** Stands in for the calls of some threads. */
  ScriptedKernel(Predicate<Thread> threads, Script script) {
    LibC.replace(
        (SystemCalls)
            Proxy.newProxyInstance(
                SystemCalls.class.getClassLoader(),
                new Class<?>[] {SystemCalls.class},
                (proxy, method, arguments) -> {
                  Number answer =
                      threads.test(Thread.currentThread())
                          ? answer(script, new Call(method.getName(), List.of(arguments)))
                          : null;
                  return answer == null
                      ? ask(method, arguments)
                      : asReturned(method.getReturnType(), answer);
                }));
  }

  private @Nullable Number answer(Script script, Call call) throws Exception {
    if (Boolean.TRUE.equals(inScript.get())) {
      return null; // The script's own calls are the kernel's.
    }
    inScript.set(true);
    try {
      return script.answer(call);
    } finally {
      inScript.remove();
    }
  }

  private @Nullable Object ask(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(kernel, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Number asReturned(Class<?> type, Number answer) {
    return type == int.class ? (Number) answer.intValue() : (Number) answer.longValue();
  }

  /** The answer of a call that fails. */
  static Number failure(Errno errno) {
    Native.setLastError(errno.code());
    return -1;
  }

  @Override
  public void close() {
    LibC.replace(kernel);
  }
}
