/** The embedded default as one dependency: the API, with host memory behind it. */
module dev.quarry.embedded {
    requires transitive dev.quarry;
    requires dev.quarry.cpu;
}
