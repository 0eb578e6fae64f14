/**
 * Where threads meet, as the jcstress tests say it, under schedules that are chosen; see {@code
 * docs/schedules.md}.
 */
@NullMarked
package dev.dmabroker.schedules;

import org.jspecify.annotations.NullMarked;
