/** Contract suites that any plugin can join. */
@NullMarked
package dev.quarry.testkit;

import org.jspecify.annotations.NullMarked;
