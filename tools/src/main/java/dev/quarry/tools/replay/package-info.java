/**
 * Replays of traces, and how they are measured.
 *
 * <p>A {@link dev.quarry.tools.replay.Target} is what a trace is replayed on, an {@link dev.quarry.tools.replay.Engine}
 * serves its operations for one thread, and {@link dev.quarry.tools.replay.Replay} conducts: a cold replay, checked
 * where asked for, then timed ones.
 */
@NullMarked
package dev.quarry.tools.replay;

import org.jspecify.annotations.NullMarked;
