/**
 * Allocation traces: what a program allocated and freed, in order, as a file.
 *
 * <p>{@link dev.quarry.trace.TraceReader} reads any {@linkplain dev.quarry.trace.TraceFormat format} event by event,
 * {@link dev.quarry.trace.Trace} holds one in arrays for replay, {@link dev.quarry.trace.TraceWriter} writes one. Broken
 * input is a {@link dev.quarry.trace.TraceFormatException} that names file, line and column.
 */
@NullMarked
package dev.quarry.trace;

import org.jspecify.annotations.NullMarked;
