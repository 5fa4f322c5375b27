package dev.quarry.sim.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checks on a pool at work. */
class LivePoolTest {
    @ParameterizedTest
    @EnumSource(
            value = SimSchedule.class,
            names = {"IMMEDIATE", "LAZY"})
    void shouldFindNothingWhenPoolServesSeveralStreams(SimSchedule schedule) {
        SimProvider provider =
                new SimProvider(SimOptions.builder().schedule(schedule).build());
        OverlapChecker checker = new OverlapChecker();
        Random random = new Random(7);
        try (Quarry quarry = Quarry.builder().provider(provider).open();
                MemoryPool pool = quarry.openPool(quarry.device("sim:0"), MemoryKind.DEVICE, PoolOptions.defaults())) {
            List<Stream> streams = List.of(
                    quarry.device("sim:0").newStream(),
                    quarry.device("sim:0").newStream(),
                    quarry.device("sim:0").defaultStream());
            List<Allocation> live = new ArrayList<>();
            for (int step = 0; step < 2000; step++) {
                Stream stream = streams.get(random.nextInt(streams.size()));
                if (live.size() > 60 || (!live.isEmpty() && random.nextInt(5) < 2)) {
                    Allocation allocation = live.remove(random.nextInt(live.size()));
                    checker.freed(allocation.address());
                    allocation.close();
                } else {
                    Allocation allocation = pool.allocate(1 + random.nextInt(1 << random.nextInt(8, 22)), stream);
                    checker.allocated(allocation.address(), allocation.byteSize());
                    provider.driver(0)
                            .touch(stream.handle(), allocation.address(), allocation.byteSize(), random.nextBoolean());
                    live.add(allocation);
                }
                PoolValidator.validate(pool);
            }
            live.forEach(Allocation::close);
            PoolValidator.validate(pool);
            pool.trim();
            PoolValidator.validate(pool);
        }
        SimDriver driver = provider.driver(0);
        assertThat(driver.hazards().count())
                .as(() -> String.join("\n", driver.hazards().texts()))
                .isZero();
        assertThat(driver.liveRanges()).isZero();
    }
}
