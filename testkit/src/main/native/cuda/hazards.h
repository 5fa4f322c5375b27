/* Accesses to memory that nothing orders: noted when work is enqueued, so that they are found under every schedule. */
#ifndef QUARRY_HAZARDS_H
#define QUARRY_HAZARDS_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

#define HAZARD_TEXTS 32

/* What the host knows to be complete. All threads of the host are one actor. */
extern struct clock host_clock;

/* Who accesses memory: an actor at a time, by its clock; the text names it. */
struct accessor {
    int actor;
    uint64_t name;
    const struct clock *clock;
};

/* Notes an access by work that is being enqueued. */
void hazards_access(const struct accessor *by, const char *what, uint64_t address, uint64_t bytes, bool write);

/* Notes that the host takes a range away: counts a hazard if it does not know all work on it to be complete. */
void hazards_freed(const char *call, uint64_t address, uint64_t bytes);

/* Forgets what accessed a range. */
void hazards_forget(uint64_t address, uint64_t bytes);

/* Lets the host know what a clock knows. */
void hazards_observe(const struct clock *clock);

/* Counts a hazard of another kind. */
void hazards_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

long hazards_count(void);

/* Returns a text, or NULL. */
const char *hazards_text(int index);

void hazards_reset(void);

#endif
