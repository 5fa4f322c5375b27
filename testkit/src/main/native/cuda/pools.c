/*
 * Stream-ordered pools. A freed block is used again at once in the order of the stream that freed it, in the order of
 * another one that has learnt of the free by an event, and by anyone once the free was reached. Allocation and free
 * count as writes of the whole block in the stream's order, so that use outside of both is a hazard.
 */
#include "pools.h"

#include <stdlib.h>

#include "gate.h"
#include "hazards.h"
#include "streams.h"
#include "table.h"

struct pool_block {
    struct pool_block *next;
    struct pool *pool;
    struct range *range;
    uint64_t bytes;
    bool in_use;
    /* The point in a stream at which it was freed; no stream: the host freed it. */
    struct recording freed;
};

static struct table handles = {.base = 0x9001000000000};
static struct pool *all;
static long allocations;

struct pool *pool_new(int device) {
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        abort();
    }
    pool->device = device;
    for (int i = 1; i < 4; i++) {
        pool->reuse[i] = 1;
    }
    pool->handle = table_add(&handles, pool);
    pool->next = all;
    all = pool;
    return pool;
}

struct pool *pool_default(int device) {
    if (emu.device[device].default_pool == NULL) {
        emu.device[device].default_pool = pool_new(device);
    }
    return emu.device[device].default_pool;
}

static bool is_done(const struct pool_block *block) {
    return block->freed.stream == NULL || block->freed.stream->completed >= block->freed.position;
}

/* With insistence, the allocation waits for the free if nothing else makes the block usable. */
static bool is_reusable(const struct pool_block *block, const struct stream *stream, bool insist) {
    const int *reuse = block->pool->reuse;
    if (insist && reuse[CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES]) {
        return true;
    }
    if (block->freed.stream == stream) {
        return true;
    }
    if (is_done(block)) {
        return block->freed.stream == NULL || reuse[CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC];
    }
    int actor = block->freed.stream->actor;
    return reuse[CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES]
            && clock_get(&stream->clock, actor) >= clock_get(&block->freed.clock, actor);
}

static int bucket(uint64_t bytes) {
    return 63 - __builtin_clzll(bytes);
}

/* Takes the smallest free block that fits, and is at most twice as large, out of its list; NULL if there is none. */
static struct pool_block *take(struct pool *pool, const struct stream *stream, uint64_t bytes, bool insist) {
    struct pool_block **best = NULL;
    for (int i = bucket(bytes); best == NULL && i <= bucket(bytes) + 1; i++) {
        for (struct pool_block **link = &pool->free[i]; *link != NULL; link = &(*link)->next) {
            struct pool_block *block = *link;
            if (block->bytes >= bytes && block->bytes / 2 <= bytes && (best == NULL || block->bytes < (*best)->bytes)
                    && is_reusable(block, stream, insist)) {
                best = link;
            }
        }
    }
    if (best == NULL) {
        return NULL;
    }
    struct pool_block *block = *best;
    *best = block->next;
    return block;
}

/* Takes a block out of its list, whose link is given, and its memory away. */
static void drop(struct pool_block **link) {
    struct pool_block *block = *link;
    *link = block->next;
    block->pool->reserved -= block->bytes;
    clock_free(&block->freed.clock);
    range_end(block->range, "memory pool");
    free(block);
}

/* Gives free blocks back until at most so many bytes are left; returns whether any went. */
bool pool_trim(struct pool *pool, uint64_t keep) {
    bool any = false;
    for (int i = 63; i >= 0; i--) {
        for (struct pool_block **link = &pool->free[i]; *link != NULL && pool->reserved > keep;) {
            if (is_done(*link)) {
                /* The driver itself knows that nothing uses it any more. */
                hazards_forget((*link)->range->node.start, (*link)->bytes);
                drop(link);
                any = true;
            } else {
                link = &(*link)->next;
            }
        }
    }
    return any;
}

bool pools_give_back(int device) {
    bool any = false;
    for (struct pool *pool = all; pool != NULL; pool = pool->next) {
        any |= pool->device == device && pool_trim(pool, 0);
    }
    return any;
}

void pools_after_wait(void) {
    for (struct pool *pool = all; pool != NULL; pool = pool->next) {
        pool_trim(pool, pool->threshold);
    }
}

static CUresult grow(struct pool *pool, uint64_t bytes, struct pool_block **block) {
    if (pool->most != 0 && pool->reserved + bytes > pool->most) {
        pool_trim(pool, pool->most > bytes ? pool->most - bytes : 0);
        if (pool->reserved + bytes > pool->most) {
            return CUDA_ERROR_OUT_OF_MEMORY;
        }
    }
    struct physical *physical = NULL;
    CUresult result = physical_create(pool->device, bytes, false, &physical);
    if (result == CUDA_ERROR_OUT_OF_MEMORY && pools_give_back(pool->device)) {
        result = physical_create(pool->device, bytes, false, &physical);
    }
    if (result != CUDA_SUCCESS) {
        return result;
    }
    uint64_t at = device_addresses(bytes, 512, 0);
    if (at == 0) {
        physical_drop(physical);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    struct pool_block *made = calloc(1, sizeof *made);
    if (made == NULL) {
        abort();
    }
    made->pool = pool;
    made->bytes = bytes;
    made->range = range_add(POOLED, pool->device, at, bytes);
    made->range->physical = physical;
    made->range->block = made;
    pool->reserved += bytes;
    pool->reserved_high = pool->reserved > pool->reserved_high ? pool->reserved : pool->reserved_high;
    *block = made;
    return CUDA_SUCCESS;
}

/* Enqueues the allocation or the free of a block, behind its last free. */
static CUresult submit(struct stream *stream, const struct pool_block *block) {
    struct work *work = work_new(WORK_POOL);
    if (block->freed.stream != NULL) {
        work_depend(work, block->freed.stream, block->freed.position);
        clock_join(&stream->clock, &block->freed.clock);
    }
    work->target = block->range->node.start;
    work->bytes = block->bytes;
    return work_submit(stream, work);
}

CUresult pool_allocate(struct pool *pool, CUstream handle, uint64_t bytes, CUdeviceptr *address) {
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    pool = pool == NULL ? pool_default(stream->device) : pool;
    uint64_t size = (bytes + 511) & ~511ull;
    if (stream->origin != NULL) {
        return CUDA_ERROR_NOT_SUPPORTED;
    }
    if (address == NULL || bytes == 0 || size < bytes || pool->device != stream->device) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    struct pool_block *block = take(pool, stream, size, false);
    if (block == NULL) {
        result = grow(pool, size, &block);
    }
    if (block == NULL && result == CUDA_ERROR_OUT_OF_MEMORY) {
        block = take(pool, stream, size, true);
    }
    if (block == NULL) {
        return result;
    }
    block->in_use = true;
    pool->used += block->bytes;
    pool->used_high = pool->used > pool->used_high ? pool->used : pool->used_high;
    allocations++;
    *address = block->range->node.start;
    return submit(stream, block);
}

static void put_back(struct pool_block *block) {
    struct pool_block **list = &block->pool->free[bucket(block->bytes)];
    block->in_use = false;
    block->next = *list;
    *list = block;
    block->pool->used -= block->bytes;
    allocations--;
}

CUresult pool_free(CUstream handle, uint64_t address) {
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    struct range *range = range_from(address, POOLED);
    if (range == NULL || !range->block->in_use) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (stream->origin != NULL) {
        return CUDA_ERROR_NOT_SUPPORTED;
    }
    struct pool_block *block = range->block;
    block->freed.stream = NULL;
    result = submit(stream, block);
    block->freed.stream = stream;
    block->freed.position = stream->enqueued;
    clock_copy(&block->freed.clock, &stream->clock);
    put_back(block);
    return result;
}

CUresult pool_free_now(struct range *range) {
    struct pool_block *block = range->block;
    if (!block->in_use) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    hazards_freed("cuMemFree", range->node.start, block->bytes);
    block->freed.stream = NULL;
    put_back(block);
    return CUDA_SUCCESS;
}

bool pool_in_use(const struct range *range) {
    return range->block->in_use;
}

uint64_t pool_of(const struct range *range) {
    return range->block->pool->handle;
}

/* Takes all blocks, allocated ones too. */
static long empty(struct pool *pool) {
    long live = 0;
    for (struct node *node = rangemap_from(&ranges, 0); node != NULL; node = rangemap_from(&ranges, node->end)) {
        struct range *range = (struct range *)node;
        if (range->kind == POOLED && range->block->pool == pool && range->block->in_use) {
            put_back(range->block);
            live++;
        }
    }
    for (int i = 0; i < 64; i++) {
        while (pool->free[i] != NULL) {
            drop(&pool->free[i]);
        }
    }
    return live;
}

long pools_end(int device) {
    long live = 0;
    for (struct pool *pool = all; pool != NULL; pool = pool->next) {
        live += pool->device == device ? empty(pool) : 0;
    }
    return live;
}

long pool_allocations_live(void) {
    return allocations;
}

struct pool *pool_find(CUmemoryPool handle) {
    return table_get(&handles, (uint64_t)handle);
}

void pool_destroy(struct pool *pool) {
    table_remove(&handles, pool->handle);
    pool->destroyed = true;
    pool->threshold = 0;
    pool_trim(pool, 0);
}

long pools_live(void) {
    return handles.live;
}

void pools_reset(void) {
    while (all != NULL) {
        struct pool *pool = all;
        all = pool->next;
        empty(pool);
        free(pool);
    }
    table_reset(&handles);
    allocations = 0;
}
