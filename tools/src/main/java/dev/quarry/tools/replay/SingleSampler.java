package dev.quarry.tools.replay;

/** Samples of one engine on the present thread. */
final class SingleSampler implements Sampler {
    private final Engine engine;
    private final ThreadClock clock = new ThreadClock();

    SingleSampler(Engine engine) {
        this.engine = engine;
    }

    @Override
    public Sample sample(long replays) {
        engine.renew();
        clock.start();
        for (long i = 0; i < replays; i++) {
            engine.replay();
        }
        clock.stop();
        double operations = (double) replays * engine.trace.allocations();
        double wall = clock.wallNanos() / operations;
        return new Sample(clock.wallNanos(), clock.cpuNanos() / operations, wall, wall, clock.bytes() / operations);
    }

    @Override
    public void close() {
        // the engine is its maker's
    }
}
