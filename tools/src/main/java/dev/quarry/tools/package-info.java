/** The {@code quarry} command: one class per subcommand, which reads options, lets others work, and prints. */
@NullMarked
package dev.quarry.tools;

import org.jspecify.annotations.NullMarked;
