/* Tables of handles: an array that only grows, and begins anew behind the old numbers after a reset. */
#include "table.h"

#include <stdlib.h>

#define STEP 16

static uint64_t slot(const struct table *table, uint64_t handle) {
    if (handle < table->base || (handle - table->base) % STEP != 0) {
        return UINT64_MAX;
    }
    return (handle - table->base) / STEP - table->first;
}

uint64_t table_add(struct table *table, void *object) {
    if ((table->length & (table->length - 1)) == 0) {
        uint64_t room = table->length == 0 ? 1 : table->length * 2;
        void **objects = realloc(table->objects, room * sizeof *objects);
        if (objects == NULL) {
            abort();
        }
        table->objects = objects;
    }
    table->objects[table->length] = object;
    table->live++;
    return table->base + STEP * (table->first + table->length++);
}

void *table_get(const struct table *table, uint64_t handle) {
    uint64_t index = slot(table, handle);
    return index < table->length ? table->objects[index] : NULL;
}

void table_remove(struct table *table, uint64_t handle) {
    table->objects[slot(table, handle)] = NULL;
    table->live--;
}

uint64_t table_next(const struct table *table, uint64_t handle) {
    uint64_t index = handle < table->base ? 0 : slot(table, handle);
    while (index < table->length && table->objects[index] == NULL) {
        index++;
    }
    return index < table->length ? table->base + STEP * (table->first + index) : 0;
}

void table_reset(struct table *table) {
    free(table->objects);
    table->objects = NULL;
    table->first += table->length;
    table->length = 0;
    table->live = 0;
}
