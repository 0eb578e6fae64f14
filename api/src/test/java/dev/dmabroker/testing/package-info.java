/**
 * What tests of all modules share: waits for states, heaps in the Java heap that do what a test
 * tells them, and a broker over them. The module {@code api} packs this package as its test-jar. It
 * knows the public API and nothing of the engine.
 */
@NullMarked
package dev.dmabroker.testing;

import org.jspecify.annotations.NullMarked;
