package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a cache counts towards the peak of allocated bytes. */
class StreamCacheCreditTest {
    private static final long LARGEST = 4096;

    private final Blocks blocks = new Blocks();
    private final StreamCache cache = new StreamCache(new SizeClasses(64, LARGEST), LARGEST, blocks.store());

    @BeforeEach
    void open() {
        cache.limit(1 << 20, LARGEST, 0);
    }

    @Test
    void shouldHaveNoCreditWhenNew() {
        assertThat(cache.balance()).isZero();
        assertThat(cache.credit()).isZero();
        assertThat(cache.isOverdrawn()).isFalse();
        assertThat(cache.isEmpty()).isTrue();
        assertThat(cache.giveCredit(1000)).isZero();
        assertThat(cache.takeCredit()).isZero();
    }

    @Test
    void shouldEarnWhatIsKeptAndSpendWhatIsGivenOutWhenUsed() {
        keep(128);
        keep(64);
        assertThat(cache.credit()).isEqualTo(192);
        assertThat(cache.balance()).isEqualTo(192);
        give(128);
        assertThat(cache.credit()).isEqualTo(64);
        give(64);
        assertThat(cache.credit()).isZero();
        assertThat(cache.isOverdrawn()).as("all given out that was kept").isFalse();
    }

    @Test
    void shouldBeOverdrawnWhenItGivesOutMoreThanItsCredit() {
        keep(128);
        keep(64);
        assertThat(cache.takeCredit()).isEqualTo(192);
        assertThat(cache.credit()).isZero();
        assertThat(cache.isOverdrawn()).isFalse();
        give(64);
        assertThat(cache.isOverdrawn()).isTrue();
        assertThat(cache.credit()).isEqualTo(-64);
        assertThat(cache.takeCredit()).as("the overdraft").isEqualTo(-64);
        assertThat(cache.isOverdrawn()).isFalse();
        assertThat(cache.takeCredit()).isZero();
        assertThat(cache.balance()).as("what it holds is another matter").isEqualTo(128);
    }

    @Test
    void shouldTakeNoMoreCreditThanItHoldsWhenMuchIsGiven() {
        keep(128);
        keep(64);
        cache.takeCredit();
        assertThat(cache.giveCredit(100)).isEqualTo(100);
        assertThat(cache.giveCredit(100)).isEqualTo(92);
        assertThat(cache.giveCredit(100)).isZero();
        assertThat(cache.credit()).isEqualTo(192);
        give(128);
        give(64);
        assertThat(cache.isOverdrawn()).isFalse();
    }

    @Test
    void shouldTakeNothingWhenThereIsNothingToGive() {
        keep(128);
        cache.takeCredit();
        assertThat(cache.giveCredit(0)).isZero();
        assertThat(cache.giveCredit(-5)).isZero();
        assertThat(cache.credit()).isZero();
    }

    @Test
    void shouldKeepCreditWhenDrained() {
        keep(128);
        cache.drain(block -> {});
        assertThat(cache.credit()).isEqualTo(128);
        assertThat(cache.isEmpty()).isTrue();
        assertThat(cache.balance()).isEqualTo(128);
        assertThat(cache.isOverdrawn()).isFalse();
        assertThat(cache.takeCredit()).isEqualTo(128);
        assertThat(cache.giveCredit(128)).as("it holds nothing").isZero();
    }

    @Test
    void shouldCountOnlyWhatCameLaterWhenDrainedBefore() {
        keep(128);
        cache.drain(block -> {});
        cache.takeCredit();
        keep(64);
        assertThat(cache.takeCredit()).isEqualTo(64);
        assertThat(cache.giveCredit(1000)).isEqualTo(64);
        give(64);
        assertThat(cache.isOverdrawn()).isFalse();
        assertThat(cache.counters().bytes()).isZero();
    }

    private void keep(long size) {
        assertThat(cache.offer(blocks.create(4096, size), size, 1, size)).isTrue();
    }

    private void give(long size) {
        Block block = cache.poll(size, size);
        assertThat(block).isNotNull();
    }
}
