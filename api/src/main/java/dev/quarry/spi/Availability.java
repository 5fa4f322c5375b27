package dev.quarry.spi;

import java.util.List;

/** Whether a plugin can be used on this machine. */
public sealed interface Availability {
    /**
     * The plugin can be used.
     *
     * @param detail what was found, such as the driver's version and path
     */
    record Available(String detail) implements Availability {}

    /**
     * The plugin cannot be used here.
     *
     * @param reason what is missing
     * @param tried what was looked at, each with its own outcome
     * @param remedy what the user can do
     */
    record Missing(String reason, List<String> tried, String remedy) implements Availability {
        /** Copies the list. */
        public Missing {
            tried = List.copyOf(tried);
        }
    }
}
