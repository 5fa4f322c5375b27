package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.LadderStep;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.internal.account.Account;
import java.time.Duration;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What an out-of-memory report advises, for each case and each setting that it depends on. */
class RemedyTest {
    private static final long MIB = 1 << 20;

    static Stream<Arguments> cases() {
        return Stream.concat(Stream.concat(neverEnough(), ofWork()), Stream.concat(inPieces(), usedUp()));
    }

    private static Stream<Arguments> neverEnough() {
        return Stream.of(
                row(
                        "more than the device has",
                        full().asking(101 * MIB),
                        "The request alone is larger than the device's memory: split it."),
                row(
                        "more than the device and the limit have",
                        full().asking(101 * MIB).limited(10 * MIB),
                        "The request alone is larger than the device's memory: split it."),
                row(
                        "a block of more than the device has",
                        full().asking(100 * MIB).rounded(100 * MIB + 512),
                        "The smallest block for the request, 104858112 bytes, is larger than the device's memory: split"
                                + " it."),
                row(
                        "more than the limit",
                        full().asking(11 * MIB).limited(10 * MIB),
                        "The request alone is larger than the pool's limit: raise the option limit."),
                row(
                        "more than the fraction",
                        full().asking(51 * MIB).fraction(0.5),
                        "The request alone is larger than the pool's limit: raise the option memory-fraction."),
                row(
                        "a block of more than the limit",
                        full().asking(10 * MIB).rounded(10 * MIB + 512).limited(10 * MIB),
                        "The smallest block for the request, 10486272 bytes, is larger than the pool's limit: raise the"
                                + " option limit."));
    }

    private static Stream<Arguments> ofWork() {
        String waiting =
                "Memory that may be enough, if it lies together, waits for work on streams that is not complete";
        return Stream.of(
                row(
                        "pending, and the time used up",
                        full().pending(20 * MIB).timedOut(),
                        waiting
                                + ", and the time for that was used up: allow more (the option max-stall, now 10000"
                                + " ms, and the deadline of an acquire), or close allocations on fewer streams."),
                row(
                        "freed on other streams, and the time used up",
                        full().free(20 * MIB).unfinished(20 * MIB).timedOut(),
                        waiting
                                + ", and the time for that was used up: allow more (the option max-stall, now 10000"
                                + " ms, and the deadline of an acquire), or close allocations on fewer streams."),
                row(
                        "pending, and no time allowed",
                        full().pending(20 * MIB).with(o -> o.maxStall(Duration.ZERO)),
                        waiting
                                + ", and the option max-stall is zero: raise it, or close allocations on fewer"
                                + " streams."),
                row(
                        "pending, no time allowed, and the step off",
                        full().pending(20 * MIB)
                                .with(o -> o.maxStall(Duration.ZERO)
                                        .ladder(EnumSet.complementOf(EnumSet.of(LadderStep.WAIT)))),
                        waiting
                                + ", and the option max-stall is zero: raise it, and add the step wait to the option"
                                + " ladder, or close allocations on fewer streams."),
                row(
                        "pending, and nothing to wait for",
                        full().pending(20 * MIB),
                        waiting
                                + ", and for which the host cannot wait, as on streams that capture a graph: end that"
                                + " first, or allocate less meanwhile."),
                row(
                        "enough together only",
                        full().free(5 * MIB).pending(6 * MIB).timedOut(),
                        waiting
                                + ", and the time for that was used up: allow more (the option max-stall, now 10000"
                                + " ms, and the deadline of an acquire), or close allocations on fewer streams."),
                row(
                        "a little that waits beside too little",
                        full().free(2 * MIB).pending(512).timedOut(),
                        "The device's memory is used up by this pool: free some."),
                row(
                        "a little that waits beside enough in pieces",
                        full().free(20 * MIB).pending(512).timedOut(),
                        "Enough memory is free, but in pieces, between live allocations: allocate what lives long"
                                + " first, or from a pool of its own."));
    }

    private static Stream<Arguments> inPieces() {
        String pieces = "Enough memory is free, but in pieces, between live allocations";
        String order = "allocate what lives long first, or from a pool of its own.";
        String shareable =
                "A shareable request needs memory of its own from the device, and what is free in the pool lies"
                        + " beside live allocations: ";
        return Stream.of(
                row("no virtual memory", full().free(20 * MIB), pieces + ": " + order),
                row(
                        "virtual memory that is off",
                        full().free(20 * MIB).mappable().with(o -> o.virtualMemory(false)),
                        pieces
                                + ": set the option virtual-memory, with which free memory can be moved to where it is"
                                + " wanted."),
                row(
                        "virtual memory, large handles",
                        full().free(20 * MIB).mappable(),
                        pieces
                                + ", which share handles with it: set the option mode to thrifty, with which handles"
                                + " are smaller, or " + order),
                row(
                        "virtual memory, small handles",
                        full().free(20 * MIB).mappable().with(o -> o.mode(PoolMode.THRIFTY)),
                        pieces + ": " + order),
                row(
                        "virtual memory, handles of one page in any mode",
                        full().free(20 * MIB).mappable().byPage(),
                        pieces + ": " + order),
                row(
                        "mode thrifty without virtual memory",
                        full().free(20 * MIB).with(o -> o.mode(PoolMode.THRIFTY)),
                        pieces + ": " + order),
                row(
                        "an alignment",
                        full().free(20 * MIB).largest(12 * MIB).aligned(),
                        "A block that is large enough is free, but has no piece at the alignment asked for: ask for"
                                + " less alignment, or free some."),
                row(
                        "a block that came free",
                        full().free(20 * MIB).largest(12 * MIB),
                        "A block that is large enough is free by now: another thread closed it after the search. Try"
                                + " again."),
                row(
                        "shareable on a full device",
                        full().free(20 * MIB).largest(20 * MIB).dedicated(),
                        shareable + "free some, so that it can be given back."),
                row(
                        "shareable at the limit",
                        full().limited(40 * MIB)
                                .reserved(40 * MIB)
                                .deviceFree(60 * MIB)
                                .free(20 * MIB)
                                .dedicated(),
                        shareable + "raise the option limit, or free some, so that it can be given back."));
    }

    private static Stream<Arguments> usedUp() {
        String limit = "The pool's limit is reached while the device has memory: raise the option ";
        return Stream.of(
                row(
                        "the limit",
                        full().limited(40 * MIB).reserved(40 * MIB).deviceFree(60 * MIB),
                        limit + "limit, or free some."),
                row(
                        "the fraction",
                        full().fraction(0.5).reserved(50 * MIB).deviceFree(50 * MIB),
                        limit + "memory-fraction, or free some."),
                row(
                        "the smaller of both",
                        full().fraction(0.5)
                                .limited(40 * MIB)
                                .reserved(40 * MIB)
                                .deviceFree(60 * MIB),
                        limit + "limit, or free some."),
                row(
                        "a limit, and a device that has not enough either",
                        full().limited(95 * MIB).reserved(95 * MIB).deviceFree(5 * MIB),
                        "The device's memory is used up by this pool: free some."),
                row(
                        "a limit above",
                        full().reserved(30 * MIB).deviceFree(70 * MIB).available(MIB),
                        "The limit of device sim:0 is reached while the device has memory: raise"
                                + " quarry.device.limit, or what Device.limit set, or free some in other pools."),
                row(
                        "the driver",
                        full().reserved(30 * MIB).deviceFree(70 * MIB),
                        "The driver refused, although it reports that enough is free: it may lie in pieces, or be"
                                + " another process's by now."),
                row("this pool", full(), "The device's memory is used up by this pool: free some."),
                row(
                        "other pools",
                        full().reserved(30 * MIB).otherPools(70 * MIB),
                        "The device's memory is used up, 70.00 MiB of it outside this pool: free some here"
                                + " or in other pools of this process, or let other processes give theirs back."),
                row(
                        "other processes",
                        full().reserved(30 * MIB),
                        "The device's memory is used up, 70.00 MiB of it outside this pool: free some, or let other"
                                + " processes give theirs back."),
                row(
                        "others alone",
                        full().reserved(0),
                        "The device's memory is used up, 100.00 MiB of it outside this pool: let other processes give"
                                + " theirs back."));
    }

    private static Arguments row(String name, ShortageCase one, String advice) {
        return Arguments.of(name, one, advice);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void shouldAdviseWhatIsTrueWhenMemoryIsShort(String name, ShortageCase one, String advice) {
        assertThat(Remedy.of(one.shortage())).as(name).isEqualTo(advice);
    }

    /** Gives each step something to do, and nothing else: the step is named if it is off, and only then. */
    @ParameterizedTest
    @EnumSource
    void shouldNameStepWhenItIsOffAndHadSomethingToDo(LadderStep step) {
        ShortageCase one = withWorkFor(step);
        String on = Remedy.of(one.shortage());
        assertThat(on).doesNotContain("switched off", "option ladder");
        String off = Remedy.of(
                one.with(o -> o.ladder(EnumSet.complementOf(EnumSet.of(step)))).shortage());
        assertThat(off).startsWith("The step " + step + " is switched off").endsWith(". Add it to the option ladder.");
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotNameStepWhenItIsOffAndHadNothingToDo(LadderStep step) {
        ShortageCase one = full().with(o -> o.ladder(EnumSet.complementOf(EnumSet.of(step))));
        assertThat(Remedy.of(one.shortage())).isEqualTo("The device's memory is used up by this pool: free some.");
    }

    @Test
    void shouldSayWhatPrivateKeepsWhenPoolIsPrivate() {
        ShortageCase one = new ShortageCase()
                .with(o -> o.ladder(EnumSet.complementOf(EnumSet.copyOf(Backing.NEVER_PRIVATE))))
                .free(20 * MIB)
                .ofOthers(20 * MIB)
                .unfinished(20 * MIB)
                .unused(20 * MIB)
                .isPrivate();
        assertThat(Remedy.of(one.shortage()))
                .startsWith("The pool is private")
                .contains("raise the option limit")
                .doesNotContain("switched off");
        assertThat(Remedy.of(one.free(0).shortage()))
                .doesNotContain("switched off")
                .doesNotContain("waits");
    }

    @Test
    void shouldNotAdviseToTakeWhatIsPendingWhenItIsNotComplete() {
        ShortageCase one = full().pending(20 * MIB)
                .timedOut()
                .with(o -> o.ladder(EnumSet.complementOf(EnumSet.of(LadderStep.TAKE_COMPLETED))));
        assertThat(Remedy.of(one.shortage())).contains("the option max-stall");
    }

    @Test
    void shouldNotAdviseToMoveMemoryWhenThereIsNoVirtualMemory() {
        ShortageCase one = full().free(20 * MIB)
                .unused(20 * MIB)
                .with(o -> o.ladder(EnumSet.complementOf(EnumSet.of(LadderStep.REMAP))));
        assertThat(Remedy.of(one.shortage())).doesNotContain("remap");
        assertThat(Remedy.of(one.mappable().shortage())).startsWith("The step remap is switched off");
        assertThat(Remedy.of(one.mappable().with(o -> o.virtualMemory(false)).shortage()))
                .doesNotContain("remap")
                .contains("set the option virtual-memory");
    }

    @Test
    void shouldSayWhatPoolMayHandOutWhenNoAccountRefuses() {
        PoolOptions options = PoolOptions.withoutEnvironment().build();
        long none = Long.MAX_VALUE;
        assertThat(Remedy.of(new Remedy.Share(options, none, 100, none, 0, 0), 101))
                .isEqualTo("The request alone is larger than the device's memory: ask for less.");
        assertThat(Remedy.of(new Remedy.Share(options, none, 100, none, 30, 0), 71))
                .isEqualTo("What is left of the device's memory beside what is allocated is less: free some.");
        assertThat(Remedy.of(new Remedy.Share(options, none, 100, none, 30, 20), 51))
                .isEqualTo("What is left of the device's memory is kept for other child pools: free some, lower their"
                        + " reservations.");
        assertThat(Remedy.of(new Remedy.Share(options, none, 100, 40, 30, 20), 41))
                .isEqualTo(
                        "The request alone is larger than the limit of the device: raise quarry.device.limit, or what"
                                + " Device.limit set.");
        assertThat(Remedy.of(new Remedy.Share(options, none, 100, none, 30, 20), 50))
                .isEqualTo("What refused allows it by now: another thread freed something after that. Try again.");
        assertThat(Remedy.of(new Remedy.Share(options, 100, 100, 100, 0, 0), 101))
                .isEqualTo("The request alone is larger than the pool's limit: ask for less, or raise the option"
                        + " memory-fraction.");
        PoolOptions limited = options.toBuilder().limit(100).build();
        assertThat(Remedy.of(new Remedy.Share(limited, 100, 100, 100, 30, 20), 51))
                .isEqualTo("What is left of the pool's limit is kept for other child pools: free some, lower their"
                        + " reservations, or raise the option limit.");
        assertThat(Remedy.of(new Remedy.Share(limited, 100, 100, 100, 30, 0), 71))
                .isEqualTo("What is left of the pool's limit beside what is allocated is less: free some, or raise the"
                        + " option limit.");
    }

    @Test
    void shouldNameThePoolWhoseLimitRefusesWhenItIsAChilds() {
        Account root = new Account("root", 100);
        Account child = root.child("child", 50);
        assertThat(Remedy.of(child, 51))
                .isEqualTo("The request alone is larger than the limit of pool \"child\": give that a higher one.");
        assertThat(child.charge(30)).isTrue();
        assertThat(Remedy.of(child, 21))
                .isEqualTo("The limit of pool \"child\" is reached by what is allocated or reserved there: free some,"
                        + " close child pools of it, or give it a higher one.");
        assertThat(root.child("sibling", 100).reserve(60)).isTrue();
        assertThat(Remedy.of(child, 11))
                .isEqualTo(
                        "The limit of pool \"root\" is reached by what is allocated or reserved there: free some, close"
                                + " child pools of it, or give it a higher one.");
        assertThat(Remedy.of(child, 10))
                .isEqualTo("The limit that refused allows it by now: another thread freed something after that. Try"
                        + " again.");
    }

    @Test
    void shouldNameLimitsAboveThePoolAndWhatIsKeptForItsChildren() {
        assertThat(Remedy.of(full().asking(11 * MIB).deviceLimited(5 * MIB).shortage()))
                .isEqualTo("The request alone is larger than the limit of device sim:0: raise quarry.device.limit, or"
                        + " what Device.limit set.");
        assertThat(Remedy.of(full().reserved(30 * MIB)
                        .deviceFree(70 * MIB)
                        .deviceLimited(30 * MIB)
                        .available(0)
                        .shortage()))
                .isEqualTo("The limit of device sim:0 is reached while the device has memory: raise"
                        + " quarry.device.limit, or what Device.limit set, or free some in other pools.");
        assertThat(Remedy.of(full().kept().shortage()))
                .isEqualTo("What is left of the pool's limit is kept for its child pools: lower their reservations, or"
                        + " raise the option limit.");
    }

    private static ShortageCase withWorkFor(LadderStep step) {
        return switch (step) {
            case TAKE_COMPLETED -> full().pending(20 * MIB).with(o -> o.maxStall(Duration.ZERO));
            case WAIT -> full().pending(20 * MIB);
            case TAKE_FROM_STREAMS -> full().free(20 * MIB).ofOthers(20 * MIB);
            case WAIT_FOR_BLOCK -> full().free(20 * MIB).ofBusy(20 * MIB);
            case DRAIN_CACHES -> full().cached(20 * MIB);
            case RECLAIM -> full().lost();
            case MERGE -> full().free(20 * MIB).ofOthers(5 * MIB);
            case OTHER_SEGMENTS -> full().free(20 * MIB).ofOtherSort(20 * MIB);
            case REMAP -> full().free(20 * MIB).mappable().unused(20 * MIB);
            case RELEASE -> full().free(20 * MIB).unused(20 * MIB);
            case OTHER_POOLS -> full().otherPools(20 * MIB).idleOfOthers(20 * MIB);
            case HANDLER -> full().with(o -> o.outOfMemoryHandler(report -> false));
        };
    }

    private static ShortageCase full() {
        return new ShortageCase();
    }
}
