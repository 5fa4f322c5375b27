/* Vector clocks: what each stream, and the host, knows to lie before it. */
#ifndef QUARRY_CLOCK_H
#define QUARRY_CLOCK_H

#include <stdint.h>

/* The actor that stands for all threads of the host. */
#define HOST_ACTOR 0

struct clock {
    uint64_t *times;
    int length;
};

uint64_t clock_get(const struct clock *clock, int actor);

void clock_set(struct clock *clock, int actor, uint64_t time);

/* Lets a clock know all that another knows. */
void clock_join(struct clock *clock, const struct clock *other);

/* Makes a clock equal to another. */
void clock_copy(struct clock *clock, const struct clock *other);

void clock_free(struct clock *clock);

#endif
