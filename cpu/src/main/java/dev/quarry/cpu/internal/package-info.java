/**
 * The host's memory and streams, and the only place of this module where restricted calls are made.
 *
 * <p>Bottom up: {@link dev.quarry.cpu.internal.LibC} binds, {@link dev.quarry.cpu.internal.HostPages} takes pages,
 * {@link dev.quarry.cpu.internal.HostMemory} keeps and reuses their addresses,
 * {@link dev.quarry.cpu.internal.HostVirtualMemory} maps them by parts,
 * {@link dev.quarry.cpu.internal.CpuStreams} runs work in order, {@link dev.quarry.cpu.internal.CpuDriver} joins them.
 */
@NullMarked
package dev.quarry.cpu.internal;

import org.jspecify.annotations.NullMarked;
