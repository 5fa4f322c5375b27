/*
 * Accesses to memory that nothing orders. For each interval of bytes the last write is kept, and the reads since then,
 * each as a time of the stream that did it. A later access is ordered behind an earlier one if the clock of the stream
 * that does it has reached that time: streams learn of each other by events, by the null stream's order, and from the
 * host, which learns by waiting and asking.
 */
#include "hazards.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rangemap.h"

#define TEXT_LENGTH 320

struct access {
    int actor;
    uint64_t time;
    uint64_t name;
    const char *what;
};

struct interval {
    struct node node;
    /* Without one its time is 0. */
    struct access write;
    struct access *reads;
    int read_count;
};

struct clock host_clock;

static struct rangemap intervals;
static long count;
static char texts[HAZARD_TEXTS][TEXT_LENGTH];

void hazards_report(const char *format, ...) {
    if (count < HAZARD_TEXTS) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(texts[count], TEXT_LENGTH, format, arguments);
        va_end(arguments);
    }
    count++;
}

static struct interval *new_interval(uint64_t start, uint64_t end) {
    struct interval *interval = calloc(1, sizeof *interval);
    if (interval == NULL) {
        abort();
    }
    interval->node.start = start;
    interval->node.end = end;
    rangemap_insert(&intervals, &interval->node);
    return interval;
}

static void drop(struct interval *interval) {
    rangemap_remove(&intervals, &interval->node);
    free(interval->reads);
    free(interval);
}

/* Cuts the interval that holds an address, if it does not begin there. */
static void cut(uint64_t address) {
    struct interval *interval = (struct interval *)rangemap_at(&intervals, address);
    if (interval == NULL || interval->node.start == address) {
        return;
    }
    uint64_t end = interval->node.end;
    interval->node.end = address;
    struct interval *behind = new_interval(address, end);
    behind->write = interval->write;
    behind->read_count = interval->read_count;
    if (interval->read_count > 0) {
        size_t size = (size_t)interval->read_count * sizeof *interval->reads;
        behind->reads = malloc(size);
        if (behind->reads == NULL) {
            abort();
        }
        memcpy(behind->reads, interval->reads, size);
    }
}

static bool is_before(const struct access *earlier, const struct clock *clock) {
    return earlier->time == 0 || clock_get(clock, earlier->actor) >= earlier->time;
}

/* Reports a pair of accesses once, however many intervals show it. */
static void check(const struct access *now, const struct access *earlier, const struct node *where,
        struct access *reported) {
    if (reported->actor == earlier->actor && reported->time == earlier->time) {
        return;
    }
    *reported = *earlier;
    hazards_report("%s on stream 0x%llx at 0x%llx: nothing orders it after %s on stream 0x%llx", now->what,
            (unsigned long long)now->name, (unsigned long long)where->start, earlier->what,
            (unsigned long long)earlier->name);
}

static void check_interval(const struct access *now, const struct clock *clock, const struct interval *interval,
        bool write, struct access *reported) {
    if (!is_before(&interval->write, clock)) {
        check(now, &interval->write, &interval->node, reported);
    }
    for (int i = 0; write && i < interval->read_count; i++) {
        if (!is_before(&interval->reads[i], clock)) {
            check(now, &interval->reads[i], &interval->node, reported);
        }
    }
}

/* Adds a read; those that are ordered before it need not be kept. */
static void add_read(struct interval *interval, const struct access *read, const struct clock *clock) {
    int kept = 0;
    for (int i = 0; i < interval->read_count; i++) {
        if (!is_before(&interval->reads[i], clock)) {
            interval->reads[kept++] = interval->reads[i];
        }
    }
    struct access *reads = realloc(interval->reads, (size_t)(kept + 1) * sizeof *reads);
    if (reads == NULL) {
        abort();
    }
    reads[kept] = *read;
    interval->reads = reads;
    interval->read_count = kept + 1;
}

void hazards_access(const struct accessor *by, const char *what, uint64_t address, uint64_t bytes, bool write) {
    if (bytes == 0) {
        return;
    }
    struct access now = {by->actor, clock_get(by->clock, by->actor), by->name, what};
    struct access reported = {-1, 0, 0, NULL};
    uint64_t end = address + bytes;
    cut(address);
    cut(end);
    for (uint64_t reached = address; reached < end;) {
        struct interval *interval = (struct interval *)rangemap_from(&intervals, reached);
        if (interval == NULL || interval->node.start > reached) {
            uint64_t until = interval == NULL || interval->node.start > end ? end : interval->node.start;
            interval = new_interval(reached, until);
        }
        reached = interval->node.end;
        check_interval(&now, by->clock, interval, write, &reported);
        if (write) {
            drop(interval);
        } else {
            add_read(interval, &now, by->clock);
        }
    }
    if (write) {
        new_interval(address, end)->write = now;
    }
}

/* Returns the first access of an interval that the host does not know to be complete, or NULL. */
static const struct access *find_pending(const struct interval *interval) {
    if (!is_before(&interval->write, &host_clock)) {
        return &interval->write;
    }
    for (int i = 0; i < interval->read_count; i++) {
        if (!is_before(&interval->reads[i], &host_clock)) {
            return &interval->reads[i];
        }
    }
    return NULL;
}

/* Forgets a range; returns whether something there was pending, and what. */
static bool forget(uint64_t address, uint64_t bytes, struct access *pending) {
    bool found = false;
    cut(address);
    cut(address + bytes);
    struct node *node;
    while ((node = rangemap_from(&intervals, address)) != NULL && node->start < address + bytes) {
        const struct access *access = found ? NULL : find_pending((struct interval *)node);
        if (access != NULL) {
            *pending = *access;
            found = true;
        }
        drop((struct interval *)node);
    }
    return found;
}

void hazards_freed(const char *call, uint64_t address, uint64_t bytes) {
    struct access pending;
    if (forget(address, bytes, &pending)) {
        hazards_report("%s of %llu bytes at 0x%llx: the host does not know this to be complete: %s on stream 0x%llx",
                call, (unsigned long long)bytes, (unsigned long long)address, pending.what,
                (unsigned long long)pending.name);
    }
}

void hazards_forget(uint64_t address, uint64_t bytes) {
    struct access pending;
    forget(address, bytes, &pending);
}

void hazards_observe(const struct clock *clock) {
    clock_join(&host_clock, clock);
}

long hazards_count(void) {
    return count;
}

const char *hazards_text(int index) {
    return index >= 0 && index < HAZARD_TEXTS && index < count ? texts[index] : NULL;
}

void hazards_reset(void) {
    while (intervals.root != NULL) {
        drop((struct interval *)intervals.root);
    }
    clock_free(&host_clock);
    count = 0;
}
