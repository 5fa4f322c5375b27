package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecurringSizesTest {
    private static final int OFTEN = 200;
    private static final long SIZE = 100_352;

    private final RecurringSizes sizes = new RecurringSizes();
    private final int slot = RecurringSizes.slotOf(SIZE);

    @Test
    void shouldFallOnSlotOfTableWhenSizeIsAny() {
        for (long size = 512; size <= 1 << 20; size += 512) {
            assertThat(RecurringSizes.slotOf(size)).isBetween(0, RecurringSizes.SLOTS - 1);
        }
    }

    @Test
    void shouldKeepNothingWhenSizeIsNew() {
        assertThat(sizes.isFor(slot, SIZE)).isFalse();
        assertThat(sizes.note(slot, SIZE, false)).as("the slot is idle").isTrue();
        sizes.assign(slot, SIZE);
        assertThat(sizes.isFor(slot, SIZE)).isTrue();
        assertThat(sizes.isWorth(slot)).as("asked for once").isFalse();
    }

    @Test
    void shouldKeepBlocksWhenSizeIsAskedForAgainAndAgain() {
        prove();
        assertThat(sizes.isWorth(slot)).isTrue();
    }

    @Test
    void shouldKeepAsManyAsWereMissedWhenSizeHasProvedItself() {
        sizes.assign(slot, SIZE);
        for (int i = 0; i < OFTEN; i++) {
            sizes.note(slot, SIZE, i >= 3);
        }
        // One from the start, and one for each of three misses.
        for (int kept = 0; kept < 4; kept++) {
            assertThat(sizes.isWorth(slot)).as("with %d", kept).isTrue();
            sizes.count(slot, 1);
        }
        assertThat(sizes.isWorth(slot)).as("enough").isFalse();
        sizes.count(slot, -1);
        assertThat(sizes.isWorth(slot)).as("one given out").isTrue();
    }

    @Test
    void shouldYieldSlotWhenAnotherSizeIsAskedForMore() {
        prove();
        long other = rival();
        int asked = 0;
        while (!sizes.note(slot, other, false)) {
            asked++;
            assertThat(asked).isLessThan(OFTEN);
        }
        assertThat(asked).as("a size that has proved itself resists").isGreaterThan(8);
        sizes.assign(slot, other);
        assertThat(sizes.isFor(slot, other)).isTrue();
        assertThat(sizes.isFor(slot, SIZE)).isFalse();
        assertThat(sizes.isWorth(slot)).isFalse();
    }

    @Test
    void shouldStayWhenRivalIsAskedForLess() {
        prove();
        long other = rival();
        for (int i = 0; i < 10 * OFTEN; i++) {
            assertThat(sizes.note(slot, i % 4 == 0 ? other : SIZE, true)).isFalse();
        }
        assertThat(sizes.isFor(slot, SIZE)).isTrue();
        assertThat(sizes.isWorth(slot)).isTrue();
    }

    @Test
    void shouldLoseWorthWhenOnlySizesOfOtherSlotsAreAskedFor() {
        prove();
        int elsewhere = (slot + 1) % RecurringSizes.SLOTS;
        for (int i = 0; i < 100 * OFTEN; i++) {
            sizes.note(elsewhere, 512, false);
        }
        assertThat(sizes.isWorth(slot)).isFalse();
        assertThat(sizes.isFor(slot, SIZE)).as("nobody has asked for the slot").isTrue();
    }

    @Test
    void shouldProveItselfAnewWhenDrainedWithBlocksLeft() {
        prove();
        sizes.count(slot, 1);
        sizes.drained(slot);
        assertThat(sizes.isWorth(slot)).isFalse();
        prove();
        assertThat(sizes.isWorth(slot)).isTrue();
    }

    @Test
    void shouldStayWorthWhenDrainedWithNothingLeft() {
        prove();
        sizes.count(slot, 1);
        sizes.count(slot, -1);
        sizes.drained(slot);
        assertThat(sizes.isWorth(slot)).isTrue();
    }

    /** Asks for the size often. */
    private void prove() {
        if (!sizes.isFor(slot, SIZE)) {
            sizes.assign(slot, SIZE);
        }
        for (int i = 0; i < OFTEN; i++) {
            sizes.note(slot, SIZE, false);
        }
    }

    /** Returns another size that falls on the same slot. */
    private long rival() {
        long size = SIZE + 512;
        while (RecurringSizes.slotOf(size) != slot) {
            size += 512;
        }
        return size;
    }
}
