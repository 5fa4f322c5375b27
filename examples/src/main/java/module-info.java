/** Small programs that use Quarry. */
module dev.quarry.examples {
    requires dev.quarry.embedded;
    requires java.logging;
    requires static org.jspecify;
}
