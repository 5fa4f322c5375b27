package dev.quarry.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A random trace in Quarry's format, well-formed in every way that the format allows. */
final class RandomEvents {
    private final SplittableRandom random;
    private final List<long[]> live = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final boolean detailed;
    private final List<Long> freed = new ArrayList<>();
    private long nextId;
    private long time;

    private RandomEvents(long seed) {
        this.random = new SplittableRandom(seed);
        this.detailed = random.nextBoolean();
    }

    static String text(long seed, int rows) {
        RandomEvents events = new RandomEvents(seed);
        events.text
                .append("op,id,size,stream")
                .append(events.detailed ? ",t_ns,tag" : "")
                .append('\n');
        for (int i = 0; i < rows; i++) {
            events.add();
        }
        return events.text.toString();
    }

    private void add() {
        time += random.nextLong(5_000_000) * 1000; // whole microseconds, as RMM has them
        if (live.isEmpty() || random.nextInt(100) < 55) {
            allocate();
        } else {
            free();
        }
    }

    private void allocate() {
        boolean again = !freed.isEmpty() && random.nextInt(4) == 0;
        long id = again ? freed.remove(random.nextInt(freed.size())) : nextId++ * 37;
        long bytes = 1 + (random.nextLong() >>> random.nextInt(9, 61));
        int stream = random.nextInt(4);
        live.add(new long[] {id, stream});
        text.append("a,").append(id).append(',').append(bytes).append(',').append(stream);
        end(random.nextInt(3) == 0 ? "" : "tag " + random.nextInt(5));
    }

    private void free() {
        long[] block = live.remove(random.nextInt(live.size()));
        freed.add(block[0]);
        long stream = random.nextInt(5) == 0 ? random.nextInt(4) : block[1];
        text.append("f,").append(block[0]).append(",0,").append(stream);
        end("");
    }

    private void end(String tag) {
        if (detailed) {
            text.append(',').append(time).append(',').append(tag);
        }
        text.append('\n');
    }
}
