/**
 * What several plugins need and would else each have: no restricted call stands here, because the JDK checks the calling module.
 * {@code MachineMemory} tells how much memory the host has.
 */
@NullMarked
package dev.quarry.spi.support;

import org.jspecify.annotations.NullMarked;
