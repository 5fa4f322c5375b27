/* Stream-ordered pools: memory that is allocated and freed in the order of a stream. */
#ifndef QUARRY_POOLS_H
#define QUARRY_POOLS_H

#include "memory.h"

struct pool {
    struct pool *next;
    uint64_t handle;
    int device;
    bool destroyed;
    /* Free blocks, by the binary logarithm of their size; allocated ones are known by their ranges alone. */
    struct pool_block *free[64];
    uint64_t most;
    uint64_t threshold;
    int reuse[4];
    uint64_t reserved;
    uint64_t reserved_high;
    uint64_t used;
    uint64_t used_high;
};

struct pool *pool_new(int device);

/* Returns the pool of a live handle, or NULL. */
struct pool *pool_find(CUmemoryPool handle);

/* Returns the pool that a device has without anyone's asking. */
struct pool *pool_default(int device);

/* Ends a handle; what is still allocated stays so. */
void pool_destroy(struct pool *pool);

/* Allocates in the order of a stream; NULL is the default pool of its device. */
CUresult pool_allocate(struct pool *pool, CUstream stream, uint64_t bytes, CUdeviceptr *address);

/* Frees in the order of a stream. */
CUresult pool_free(CUstream stream, uint64_t address);

/* Gives free blocks back until at most so many bytes are left; returns whether any went. */
bool pool_trim(struct pool *pool, uint64_t keep);

/* Frees memory of a pool from the host. */
CUresult pool_free_now(struct range *range);

/* Returns whether a range of a pool is allocated now. */
bool pool_in_use(const struct range *range);

/* Returns the handle of the pool to which a range belongs. */
uint64_t pool_of(const struct range *range);

/* Gives memory back that pools of a device keep; returns whether there was any. */
bool pools_give_back(int device);

/* Gives memory back that pools keep above their thresholds: the host has waited. */
void pools_after_wait(void);

/* Takes all memory from the pools of a device; returns how much of it was still allocated. */
long pools_end(int device);

long pool_allocations_live(void);

long pools_live(void);

void pools_reset(void);

#endif
