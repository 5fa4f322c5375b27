package dev.quarry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SlotRingTest {
    private final SlotRing ring = new SlotRing();

    @Test
    void shouldHandOutNoSlotWhenFullOrEmpty() {
        assertThat(ring.peek()).isEqualTo(SlotRing.NONE);
        for (int i = 0; i < SlotRing.SLOTS; i++) {
            assertThat(ring.claim()).isEqualTo(i);
            ring.publish();
        }
        assertThat(ring.claim()).isEqualTo(SlotRing.NONE);
        for (int i = 0; i < SlotRing.SLOTS; i++) {
            assertThat(ring.peek()).isEqualTo(i);
            ring.release();
        }
        assertThat(ring.peek()).isEqualTo(SlotRing.NONE);
        assertThat(ring.claim()).isZero();
    }

    @Test
    void shouldKeepOrderWhenTwoThreadsUseIt() {
        int count = 100_000;
        int[] values = new int[SlotRing.SLOTS];
        CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < count; i++) {
                int slot = ring.claim();
                while (slot == SlotRing.NONE) {
                    SlotRing.pause();
                    slot = ring.claim();
                }
                values[slot] = i;
                ring.publish();
            }
        });
        for (int i = 0; i < count; i++) {
            int slot = ring.peek();
            while (slot == SlotRing.NONE) {
                SlotRing.pause();
                slot = ring.peek();
            }
            assertThat(values[slot]).isEqualTo(i);
            ring.release();
        }
        producer.join();
        assertThat(ring.peek()).isEqualTo(SlotRing.NONE);
    }
}
