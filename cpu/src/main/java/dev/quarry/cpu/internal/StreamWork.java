package dev.quarry.cpu.internal;

import java.lang.foreign.MemorySegment;

/** An action that a stream runs in its turn, with a name for messages. Never waits for anything. */
interface StreamWork extends Runnable {
    /** Returns the action's name. */
    String function();

    /** Returns what it works on, as text. */
    String arguments();

    /** A copy between two ranges of memory, which may overlap. */
    record Copy(MemorySegment source, MemorySegment target) implements StreamWork {
        @Override
        public void run() {
            RawMemory.copy(source, target);
        }

        @Override
        public String function() {
            return "copy";
        }

        @Override
        public String arguments() {
            return "0x" + Long.toHexString(source.address()) + ", 0x" + Long.toHexString(target.address()) + ", "
                    + source.byteSize();
        }
    }

    /** Writing of one value to every byte of a range. */
    record Fill(long address, long bytes, byte value) implements StreamWork {
        @Override
        public void run() {
            RawMemory.fill(address, bytes, value);
        }

        @Override
        public String function() {
            return "fill";
        }

        @Override
        public String arguments() {
            return "0x" + Long.toHexString(address) + ", " + bytes + ", " + value;
        }
    }
}
