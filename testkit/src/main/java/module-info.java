/** Contract suites that any plugin can join, and the reference model of pools. */
module dev.quarry.testkit {
    requires transitive dev.quarry;
    requires transitive dev.quarry.sim;
    requires static transitive net.jqwik.api;
    requires static transitive org.assertj.core;
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;

    exports dev.quarry.testkit;
    exports dev.quarry.testkit.model;

    opens dev.quarry.testkit;
}
