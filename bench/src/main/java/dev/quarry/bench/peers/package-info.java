/**
 * The short comparison with peers that {@code quarry bench} prints: {@link dev.quarry.bench.peers.Comparison} lists what is
 * measured, {@link dev.quarry.bench.peers.PeersTable} runs it.
 */
@NullMarked
package dev.quarry.bench.peers;

import org.jspecify.annotations.NullMarked;
