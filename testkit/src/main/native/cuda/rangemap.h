/* An ordered map of disjoint address ranges: a treap whose nodes lie inside the objects that it orders. */
#ifndef QUARRY_RANGEMAP_H
#define QUARRY_RANGEMAP_H

#include <stddef.h>
#include <stdint.h>

struct node {
    uint64_t start;
    uint64_t end;
    struct node *left;
    struct node *right;
    uint32_t priority;
};

struct rangemap {
    struct node *root;
    size_t count;
};

/* Puts a node in, which overlaps no other. */
void rangemap_insert(struct rangemap *map, struct node *node);

/* Takes a node out that is in. */
void rangemap_remove(struct rangemap *map, struct node *node);

/* Returns the range that holds an address, or NULL. */
struct node *rangemap_at(const struct rangemap *map, uint64_t address);

/* Returns the first range that ends behind an address, whether it holds the address or lies behind it, or NULL. */
struct node *rangemap_from(const struct rangemap *map, uint64_t address);

#endif
