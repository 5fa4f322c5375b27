/* The live ranges of addresses, of every kind, and what of them a device may touch. */
#ifndef QUARRY_MEMORY_H
#define QUARRY_MEMORY_H

#include "space.h"

enum kind { PLAIN, POOLED, PINNED, REGISTERED, MANAGED, IMPORTED, RESERVED, KINDS };

struct pool_block;

/* What is kept about a range of managed memory, for the whole range. */
struct advice {
    bool read_mostly;
    int preferred_type;
    int preferred_id;
    int prefetched_type;
    int prefetched_id;
    uint64_t accessed_by;
};

struct range {
    struct node node;
    enum kind kind;
    int device;
    unsigned flags;
    uint64_t id;
    /* Of plain, pooled and imported memory. */
    struct physical *physical;
    struct pool_block *block;
    struct advice advice;
    /* Of imported memory: what it was opened from, and how often. */
    int opened;
    CUipcMemHandle token;
};

/* Where bytes lie that may be touched: as many of those asked for as lie in one piece. */
struct place {
    char *at;
    uint64_t bytes;
    struct physical *physical;
};

extern struct rangemap ranges;
extern bool null_calls;

/* Returns the live range that holds an address, or NULL. */
struct range *range_at(uint64_t address);

/* Returns the live range of a kind that begins at an address, or NULL. */
struct range *range_from(uint64_t address, enum kind kind);

struct range *range_add(enum kind kind, int device, uint64_t address, uint64_t bytes);

/* Takes a range out, counts a hazard if work on it may be incomplete, and gives back what it holds. */
void range_end(struct range *range, const char *call);

static inline bool is_host_kind(enum kind kind) {
    return kind == PINNED || kind == REGISTERED || kind == MANAGED;
}

long ranges_live(enum kind kind);

/* Tells where bytes lie; refuses what a device may not touch. Memory of the process that is none of CUDA's is usable. */
CUresult place_of(uint64_t address, uint64_t bytes, int device, bool write, struct place *place);

/* Returns whether all of the bytes may be touched. */
CUresult check_access(uint64_t address, uint64_t bytes, int device, bool write);

/* Ends what belongs to a context that ends; returns how much that was. */
long memory_end(int device);

void memory_reset(void);

#endif
