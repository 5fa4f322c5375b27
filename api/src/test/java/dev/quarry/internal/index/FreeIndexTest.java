package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreeIndexTest {
    private static final long GRANULE = 512;

    private final BlockTable table = new BlockTable();
    private final FreeIndex index = new FreeIndex(table, GRANULE);

    @Test
    void shouldFindNothingWhenEmpty() {
        assertThat(index.bestFit(1)).isZero();
        assertThat(index.largest()).isZero();
        assertThat(index.bytes()).isZero();
        assertThat(index.count()).isZero();
        assertThat(inOrder()).isEmpty();
    }

    @Test
    void shouldFindSmallestThatFitsWhenBinHoldsSmallerOnes() {
        int small = add(100, 0);
        int fitting = add(102, 1000);
        add(103, 2000);
        assertThat(bin(100 * GRANULE)).as("one bin for both").isEqualTo(bin(101 * GRANULE));
        assertThat(index.bestFit(101 * GRANULE)).isEqualTo(fitting);
        assertThat(index.bestFit(100 * GRANULE)).isEqualTo(small);
    }

    @Test
    void shouldFindLowestWhenSizesAreEqual() {
        add(40, 3000);
        int lowest = add(40, 1000);
        add(40, 2000);
        assertThat(index.bestFit(33 * GRANULE)).isEqualTo(lowest);
        index.remove(lowest);
        assertThat(table.address(index.bestFit(40 * GRANULE))).isEqualTo(2000 * GRANULE);
    }

    @Test
    void shouldFindNextBinWhenOwnBinHoldsTooSmallOnesOnly() {
        add(64, 0);
        int huge = add(1L << 40, 1 << 20);
        assertThat(index.bestFit(65 * GRANULE)).isEqualTo(huge);
        index.remove(huge);
        assertThat(index.bestFit(65 * GRANULE)).isZero();
    }

    @Test
    void shouldLeaveBlockInWhenItIsFound() {
        int block = add(10, 0);
        assertThat(index.bestFit(1)).isEqualTo(block);
        assertThat(index.bestFit(1)).isEqualTo(block);
        assertThat(index.count()).isEqualTo(1);
    }

    @Test
    void shouldForgetOldLinksWhenBlockComesFromElsewhere() {
        int inner = add(40, 0);
        int outer = table.create(1000 * GRANULE, 40 * GRANULE, 0);
        int alone = table.create(2000 * GRANULE, 99 * GRANULE, 0);
        for (int block : new int[] {outer, alone}) {
            table.setLinks(block, inner, inner);
            index.insert(block);
        }
        assertThat(inOrder()).containsExactly(inner, outer, alone);
    }

    @Test
    void shouldFindLargestSizesWhenTheyAreHuge() {
        int quarter = add(SizeClasses.MAX_BYTES / GRANULE, 0);
        int most = add(Long.MAX_VALUE / GRANULE, 0);
        assertThat(index.bestFit(SizeClasses.MAX_BYTES)).isEqualTo(most);
        assertThat(index.bestFit(SizeClasses.MAX_BYTES - GRANULE)).isEqualTo(quarter);
        assertThat(index.bestFit(Long.MAX_VALUE)).isZero();
        assertThat(index.largest()).isEqualTo(Long.MAX_VALUE / GRANULE * GRANULE);
        index.remove(most);
        assertThat(index.largest()).isEqualTo(SizeClasses.MAX_BYTES / GRANULE * GRANULE);
    }

    @Test
    void shouldCountBytesAndBlocksWhenTheyComeAndGo() {
        int a = add(3, 0);
        int b = add(1000, 10);
        assertThat(index.bytes()).isEqualTo(1003 * GRANULE);
        assertThat(index.count()).isEqualTo(2);
        index.remove(a);
        assertThat(index.bytes()).isEqualTo(1000 * GRANULE);
        index.remove(b);
        assertThat(index.bytes()).isZero();
        assertThat(index.count()).isZero();
    }

    @Test
    void shouldVisitInBestFitOrderWhenBlocksLieInManyBins() {
        int large = add(5000, 1);
        int high = add(7, 900);
        int low = add(7, 5);
        int small = add(1, 7000);
        assertThat(inOrder()).containsExactly(small, low, high, large);
    }

    @Test
    void shouldVisitOneBinOnlyWhenBinIsNamed() {
        int one = add(64, 0);
        int two = add(65, 100);
        add(66, 200);
        List<Integer> visited = new ArrayList<>();
        index.forEachInBin(bin(64 * GRANULE), visited::add);
        assertThat(visited).containsExactly(one, two);
        assertThat(index.isMarked(bin(64 * GRANULE))).isTrue();
        assertThat(index.isMarked(bin(64 * GRANULE) - 1)).isFalse();
    }

    @Test
    void shouldUnmarkBinWhenItsLastBlockLeaves() {
        int one = add(64, 0);
        int two = add(65, 100);
        index.remove(one);
        assertThat(index.isMarked(bin(64 * GRANULE))).isTrue();
        index.remove(two);
        assertThat(index.isMarked(bin(64 * GRANULE))).isFalse();
    }

    @Test
    void shouldSkipEmptyBinsWhenNextIsAskedFor() {
        assertThat(index.nextBin(0)).isEqualTo(FreeIndex.bins());
        add(3, 0);
        add(5000, 100);
        int high = bin(5000 * GRANULE);
        assertThat(index.nextBin(0)).isEqualTo(3);
        assertThat(index.nextBin(3)).isEqualTo(3);
        assertThat(index.nextBin(4)).isEqualTo(high);
        assertThat(index.nextBin(high + 1)).isEqualTo(FreeIndex.bins());
        assertThat(index.nextBin(FreeIndex.bins())).isEqualTo(FreeIndex.bins());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 64, 512})
    void shouldPutEverySizeIntoBinOfItsRangeWhenInserted(long granule) {
        long most = Long.MAX_VALUE / granule * granule;
        FreeIndex other = new FreeIndex(table, granule);
        for (long size : sizes(granule, most)) {
            int block = table.create(0, size, 0);
            other.insert(block);
            int bin = marked(other);
            assertThat(other.leastOf(bin)).as("least of bin %d", bin).isLessThanOrEqualTo(size);
            if (bin + 1 < FreeIndex.bins() && other.leastOf(bin + 1) > 0) {
                assertThat(other.leastOf(bin + 1))
                        .as("least of bin %d", bin + 1)
                        .isGreaterThan(size);
            }
            other.remove(block);
            assertThat(other.isMarked(bin)).isFalse();
        }
    }

    @Test
    void shouldHaveAscendingRangesOf32PerDoublingWhenBinsAreListed() {
        for (int bin = 0; bin < 49 * 32; bin++) {
            long width = index.leastOf(bin + 1) - index.leastOf(bin);
            assertThat(width).as("bin %d", bin).isPositive();
            assertThat(width * 32).as("bin %d", bin).isLessThanOrEqualTo(Math.max(index.leastOf(bin), 32 * GRANULE));
        }
    }

    private static List<Long> sizes(long granule, long most) {
        List<Long> sizes = new ArrayList<>();
        for (long n = 1; n <= 300; n++) {
            sizes.add(n * granule);
        }
        for (int log2 = 9; log2 < 63; log2++) {
            for (long n = -2; n <= 2; n++) {
                long size = (1L << log2) / granule * granule + n * granule;
                if (size > 0 && size <= most) {
                    sizes.add(size);
                }
            }
        }
        sizes.add(most);
        return sizes;
    }

    private int add(long granules, long address) {
        int block = table.create(address * GRANULE, granules * GRANULE, 0);
        index.insert(block);
        return block;
    }

    private List<Integer> inOrder() {
        List<Integer> visited = new ArrayList<>();
        index.forEach(visited::add);
        return visited;
    }

    /** Returns the bin of a size, by what the index says of an index of its own. */
    private int bin(long size) {
        FreeIndex probe = new FreeIndex(table, GRANULE);
        probe.insert(table.create(0, size, 0));
        return marked(probe);
    }

    /** Returns the one bin that is marked. */
    private static int marked(FreeIndex index) {
        int found = -1;
        for (int bin = 0; bin < FreeIndex.bins(); bin++) {
            if (index.isMarked(bin)) {
                assertThat(found).as("bin %d is marked too", bin).isEqualTo(-1);
                found = bin;
            }
        }
        assertThat(found).as("a marked bin").isNotNegative();
        return found;
    }
}
