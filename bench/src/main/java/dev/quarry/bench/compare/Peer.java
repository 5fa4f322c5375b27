package dev.quarry.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What PyTorch's default allocator and RMM's pool reach on one trace, measured on another machine, and what Quarry should reach
 * there.
 *
 * @param pytorchNanos PyTorch's time per operation
 * @param pytorchRatio PyTorch's reserved peak over the live peak, or {@code null} if not measured
 * @param pytorchFailures how many allocations PyTorch refuses
 * @param rmm RMM's time per operation as the file gives it: a number, or a range
 * @param boundNanos the time per operation that Quarry should not exceed there, or {@code null} for half of PyTorch's
 */
record Peer(
        double pytorchNanos,
        @Nullable Double pytorchRatio,
        long pytorchFailures,
        String rmm,
        @Nullable Double boundNanos) {
    /** Reads a file with a header and a line per trace; the result is by the trace's name, in the file's order. */
    static Map<String, Peer> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> header = Arrays.asList(lines.get(0).split(",", -1));
        Map<String, Peer> peers = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            if (fields.length != header.size()) {
                throw new IOException(file + ": a line of " + fields.length + " fields: " + line);
            }
            String ratio = fields[header.indexOf("pytorch_ratio")];
            String bound = fields[header.indexOf("bound_ns")];
            peers.put(
                    fields[header.indexOf("name")],
                    new Peer(
                            Double.parseDouble(fields[header.indexOf("pytorch_ns")]),
                            ratio.isEmpty() ? null : Double.valueOf(ratio),
                            Long.parseLong(fields[header.indexOf("pytorch_oom")]),
                            fields[header.indexOf("rmm_ns")],
                            bound.isEmpty() ? null : Double.valueOf(bound)));
        }
        return peers;
    }

    /** Returns half of PyTorch's time, which Quarry must not exceed. */
    double halfOfPytorch() {
        return pytorchNanos / 2;
    }

    /** Returns the time that Quarry must not exceed on the peers' machine. */
    double bound() {
        return boundNanos == null ? halfOfPytorch() : boundNanos;
    }

    /** Returns RMM's time, of a range its lower end. */
    double rmmLeastNanos() {
        return Double.parseDouble(rmm.split("-", 2)[0]);
    }

    /** Returns RMM's time, of a range its upper end. */
    double rmmMostNanos() {
        String[] ends = rmm.split("-", 2);
        return Double.parseDouble(ends[ends.length - 1]);
    }
}
