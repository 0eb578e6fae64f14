/**
 * Tests that the documents say what is true: their Java is compiled and run, their links lead
 * somewhere, and the names and messages in them are those of the code.
 */
@NullMarked
package dev.dmabroker.docs;

import org.jspecify.annotations.NullMarked;
