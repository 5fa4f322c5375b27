/* Tables of handles: numbers given out for objects, of which none is ever given out again. */
#ifndef QUARRY_TABLE_H
#define QUARRY_TABLE_H

#include <stdint.h>

/* Objects of one kind. Handles are base + 16 n; each kind has a base of its own, so that each mix-up is found. */
struct table {
    const uint64_t base;
    void **objects;
    uint64_t first;
    uint64_t length;
    long live;
};

uint64_t table_add(struct table *table, void *object);

/* Returns the object of a live handle, or NULL. */
void *table_get(const struct table *table, uint64_t handle);

void table_remove(struct table *table, uint64_t handle);

/* Returns the first live handle at or behind one, or 0. */
uint64_t table_next(const struct table *table, uint64_t handle);

/* Forgets all handles; later ones still differ from them. */
void table_reset(struct table *table);

#endif
