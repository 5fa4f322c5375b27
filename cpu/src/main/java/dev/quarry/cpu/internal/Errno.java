package dev.quarry.cpu.internal;

import java.util.Locale;

/** The error numbers that Linux' memory functions return, the same on x86-64 and AArch64. */
enum Errno {
    /** No right to do so. */
    EPERM(1, "operation not permitted"),
    /** Try again later. */
    EAGAIN(11, "resource temporarily unavailable"),
    /** Not enough memory, address space, or mappings. */
    ENOMEM(12, "cannot allocate memory"),
    /** Forbidden by a protection. */
    EACCES(13, "permission denied"),
    /** Address outside the process. */
    EFAULT(14, "bad address"),
    /** Wrong argument. */
    EINVAL(22, "invalid argument"),
    /** Too many open files in the system. */
    ENFILE(23, "too many open files in system");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Returns the number as the kernel writes it. */
    int number() {
        return number;
    }

    /** Returns name and meaning of a number, for messages. */
    static String describe(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name() + ": " + errno.text;
            }
        }
        return String.format(Locale.ROOT, "errno %d", number);
    }
}
