/* Vector clocks over actors that are numbered from 0; an actor that is not in a clock has time 0 there. */
#include "clock.h"

#include <stdlib.h>
#include <string.h>

static void reach(struct clock *clock, int length) {
    if (length > clock->length) {
        uint64_t *times = realloc(clock->times, (size_t)length * sizeof *times);
        if (times == NULL) {
            abort();
        }
        memset(times + clock->length, 0, (size_t)(length - clock->length) * sizeof *times);
        clock->times = times;
        clock->length = length;
    }
}

uint64_t clock_get(const struct clock *clock, int actor) {
    return actor < clock->length ? clock->times[actor] : 0;
}

void clock_set(struct clock *clock, int actor, uint64_t time) {
    reach(clock, actor + 1);
    clock->times[actor] = time;
}

void clock_join(struct clock *clock, const struct clock *other) {
    reach(clock, other->length);
    for (int actor = 0; actor < other->length; actor++) {
        if (clock->times[actor] < other->times[actor]) {
            clock->times[actor] = other->times[actor];
        }
    }
}

void clock_copy(struct clock *clock, const struct clock *other) {
    if (clock->length > 0) {
        memset(clock->times, 0, (size_t)clock->length * sizeof *clock->times);
    }
    clock_join(clock, other);
}

void clock_free(struct clock *clock) {
    free(clock->times);
    clock->times = NULL;
    clock->length = 0;
}
