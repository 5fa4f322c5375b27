/** The {@code quarry} command. */
module dev.quarry.tools {
    requires com.fasterxml.jackson.databind;
    requires dev.quarry;
    requires dev.quarry.sim;
    requires info.picocli;
    requires java.management;
    requires jdk.management;
    requires static org.jspecify;

    uses dev.quarry.spi.DeviceProvider;

    opens dev.quarry.tools to
            info.picocli;
}
