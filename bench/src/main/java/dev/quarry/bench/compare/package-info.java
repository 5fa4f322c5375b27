/**
 * The comparison with other allocators on whole traces: {@link dev.quarry.bench.compare.MallocReplay} measures the peer
 * that every sitting has, {@link dev.quarry.bench.compare.CompareReport} makes the table that {@code compare.sh} prints.
 */
@NullMarked
package dev.quarry.bench.compare;

import org.jspecify.annotations.NullMarked;
