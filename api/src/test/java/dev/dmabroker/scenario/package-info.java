/**
 * What a broker does for its users: tests that know the public API and nothing of the engine. Tests
 * of the engine's classes lie beside them.
 */
@NullMarked
package dev.dmabroker.scenario;

import org.jspecify.annotations.NullMarked;
