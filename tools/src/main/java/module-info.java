/** The {@code quarry} command. */
module dev.quarry.tools {
    requires com.fasterxml.jackson.databind;
    requires dev.quarry;
    requires dev.quarry.sim;
    requires info.picocli;
    requires static org.jspecify;

    opens dev.quarry.tools to
            info.picocli;
}
