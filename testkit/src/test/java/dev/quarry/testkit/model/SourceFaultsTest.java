package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemorySource;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.QuarryException;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.SegmentRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One sequence of operations over a source of memory, once for each of the source's calls, which fails. */
class SourceFaultsTest {
    private static final long TOTAL = 4 << 20;

    /** How a call fails. */
    enum Way {
        EXCEPTION,
        CHECKED,
        ERROR,
        OUT_OF_MEMORY,
        NULL,
        ZERO,
        NEGATIVE,
        MISALIGNED,
        OVERLAPPING,
        NEAR_THE_END
    }

    /** What a source throws. */
    private static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What a source throws that is no exception. */
    private static final class Fatal extends Error {
        private static final long serialVersionUID = 1;
    }

    /** A library whose calls can be made to fail. */
    private static final class Library implements MemorySource {
        private final SimDriver driver;
        private final Device device;
        private final TreeMap<Long, Long> given = new TreeMap<>();
        private final Way way;
        private long failing;
        private long calls;
        private boolean failed;

        Library(SimDriver driver, Device device, Way way, long failing) {
            this.driver = driver;
            this.device = device;
            this.way = way;
            this.failing = failing;
        }

        private boolean fails() {
            calls++;
            failed |= calls == failing;
            return calls == failing;
        }

        @Override
        public Device device() {
            return device;
        }

        @Override
        public MemoryKind kind() {
            return MemoryKind.DEVICE;
        }

        @Override
        public MemoryInfo memory() {
            if (fails()) {
                throwIt();
                return way == Way.NEGATIVE ? new MemoryInfo(-1, 1) : device.memory(kind());
            }
            return device.memory(kind());
        }

        @Override
        @SuppressWarnings("NullAway") // a bad source
        public OptionalLong allocate(long bytes, long alignment) {
            if (fails()) {
                throwIt();
                return switch (way) {
                    case OUT_OF_MEMORY -> OptionalLong.empty();
                    case NULL -> null;
                    case ZERO -> OptionalLong.of(0);
                    case NEGATIVE -> OptionalLong.of(-alignment);
                    case MISALIGNED -> OptionalLong.of((1L << 40) + alignment / 2);
                    case NEAR_THE_END -> OptionalLong.of(-alignment & Long.MAX_VALUE);
                    default -> given.isEmpty() ? take(bytes, alignment) : OptionalLong.of(given.lastKey());
                };
            }
            return take(bytes, alignment);
        }

        private OptionalLong take(long bytes, long alignment) {
            if (bytes > driver.memory(kind()).freeBytes()) {
                return OptionalLong.empty();
            }
            long address = driver.allocate(new SegmentRequest(kind(), bytes, alignment, false));
            given.put(address, bytes);
            return OptionalLong.of(address);
        }

        @Override
        public void free(long address, long bytes) {
            if (fails()) {
                throwIt();
                if (way != Way.OUT_OF_MEMORY) {
                    throw new Thrown();
                }
            }
            assertThat(given.remove(address)).isEqualTo(bytes);
            driver.free(kind(), address, bytes);
        }

        private void throwIt() {
            switch (way) {
                case EXCEPTION -> throw new Thrown();
                case CHECKED -> Library.<RuntimeException>sneak(new Exception("checked"));
                case ERROR -> throw new Fatal();
                default -> {}
            }
        }

        @SuppressWarnings("unchecked")
        private static <E extends Throwable> void sneak(Throwable thrown) throws E {
            throw (E) thrown;
        }
    }

    private long refusals;

    @ParameterizedTest
    @EnumSource
    void shouldLoseNothingWhenAnyCallOfSourceFails(Way way) {
        long calls = run(way, 0);
        assertThat(calls).isGreaterThan(30);
        assertThat(refusals)
                .as("requests without a failure that are out of memory")
                .isPositive();
        for (long call = 1; call <= calls; call++) {
            run(way, call);
        }
    }

    private long run(Way way, long failing) {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .schedule(SimSchedule.LAZY)
                .totalBytes(TOTAL)
                .build());
        Quarry quarry = Quarry.builder().provider(provider).open();
        Device device = quarry.device("sim");
        SimDriver driver = provider.driver(0);
        Library library = new Library(driver, device, way, failing);
        PoolOptions options = PoolOptions.withoutEnvironment()
                .segmentBytes(64 << 10)
                .initialBytes(1)
                .build();
        List<MemoryPool> opened = new ArrayList<>();
        attempt(() -> opened.add(MemoryPool.over(library, options)));
        if (opened.isEmpty()) {
            assertThat(device.usage().reservedBytes()).as("call %d", failing).isEqualTo(sum(library));
            attempt(() -> opened.add(MemoryPool.over(library, options)));
        }
        MemoryPool pool = opened.getFirst();
        use(pool, library, device);
        long calls = library.calls;
        library.failing = 0;
        pool.allocate(TOTAL / 2).close();
        pool.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(library.given).as("call %d of %s", failing, way).isEmpty();
        assertThat(device.usage().reservedBytes()).isZero();
        quarry.close();
        assertThat(driver.hazards().texts()).isEmpty();
        assertThat(library.failed).isEqualTo(failing > 0);
        return calls;
    }

    private void use(MemoryPool pool, Library library, Device device) {
        Stream stream = device.newStream();
        List<Allocation> live = new ArrayList<>();
        for (long bytes : new long[] {100, 5000, 300_000, 1_200_000, 900_000, 2_000_000, 1_700_000}) {
            for (boolean own : new boolean[] {true, false}) {
                AllocationRequest request = AllocationRequest.of(bytes);
                attempt(() -> live.add(pool.allocate(own ? request.on(stream) : request)));
                check(pool, library, device);
            }
            if (live.size() > 3) {
                live.remove(live.size() - 2).close();
            }
        }
        while (live.size() > 1) {
            live.removeLast().close();
        }
        attempt(pool::trim);
        check(pool, library, device);
        attempt(() -> pool.warmUp(200_000, 3));
        attempt(pool::compact);
        check(pool, library, device);
        attempt(() -> device.limit(1 << 20));
        check(pool, library, device);
        attempt(() -> device.limit(Long.MAX_VALUE));
        live.forEach(Allocation::close);
        attempt(stream::close);
        attempt(pool::trim);
        check(pool, library, device);
    }

    private static void check(MemoryPool pool, Library library, Device device) {
        PoolValidator.validate(pool);
        assertThat(pool.statistics().reservedBytes().current()).isEqualTo(sum(library));
        assertThat(device.usage().reservedBytes()).isEqualTo(sum(library));
    }

    private static long sum(Library library) {
        return library.given.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Does something that may be out of memory, or fail as the source does or is said to. */
    private void attempt(Runnable action) {
        try {
            action.run();
        } catch (DeviceOutOfMemoryException | Thrown | Fatal expected) {
            refusals++;
        } catch (DriverException e) {
            assertThat(e).hasMessageContaining("MemorySource.free");
        } catch (IllegalStateException | NullPointerException e) {
            assertThat(e).hasMessageContaining("Library");
        } catch (QuarryException e) {
            assertThat(e).hasMessageContaining("checked").hasCauseExactlyInstanceOf(Exception.class);
        }
    }
}
