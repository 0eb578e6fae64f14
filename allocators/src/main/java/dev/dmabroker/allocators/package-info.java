/**
 * The heaps of Linux and what an application can adopt: the kernel's own heaps, and modelled ones
 * for machines that have none.
 *
 * <p>System calls are made by JNA, which loads a native library. From JDK 24 on the JVM warns of
 * that, or denies it ({@code --illegal-native-access=deny}), unless it is started with {@code
 * --enable-native-access=com.sun.jna} where JNA is on the module path, or {@code
 * --enable-native-access=ALL-UNNAMED} where it is on the class path. Where native access is denied,
 * discovery closes each heap with the flag as the remedy, and what else needs a system call throws
 * a {@link dev.dmabroker.spi.HeapException} that names the flag, or has it as its cause.
 */
@NullMarked
package dev.dmabroker.allocators;

import org.jspecify.annotations.NullMarked;
