/** Small programs that use Quarry. */
module dev.quarry.examples {
    requires dev.quarry.embedded;
    requires static org.jspecify;
}
