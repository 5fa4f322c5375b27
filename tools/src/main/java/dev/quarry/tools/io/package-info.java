/** What all commands share at their edges: files, progress, JSON, and the two ways to fail. */
@NullMarked
package dev.quarry.tools.io;

import org.jspecify.annotations.NullMarked;
