/* The calls on stream-ordered pools: allocation, free, creation, and attributes. */
#include "gate.h"
#include "pools.h"

EXPORTED CUresult cuMemAllocAsync(CUdeviceptr *address, size_t bytes, CUstream stream) {
    ENTER(cuMemAllocAsync, NEEDS_INIT);
    if (!emu.config.pools) {
        LEAVE(cuMemAllocAsync, CUDA_ERROR_NOT_SUPPORTED);
    }
    LEAVE_SIZED(cuMemAllocAsync, pool_allocate(NULL, stream, bytes, address), bytes);
}

EXPORTED CUresult cuMemAllocFromPoolAsync(CUdeviceptr *address, size_t bytes, CUmemoryPool handle, CUstream stream) {
    ENTER(cuMemAllocFromPoolAsync, NEEDS_INIT);
    if (!emu.config.pools) {
        LEAVE(cuMemAllocFromPoolAsync, CUDA_ERROR_NOT_SUPPORTED);
    }
    struct pool *pool = pool_find(handle);
    if (pool == NULL) {
        LEAVE(cuMemAllocFromPoolAsync, CUDA_ERROR_INVALID_VALUE);
    }
    LEAVE_SIZED(cuMemAllocFromPoolAsync, pool_allocate(pool, stream, bytes, address), bytes);
}

EXPORTED CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
    ENTER(cuMemFreeAsync, NEEDS_INIT);
    LEAVE(cuMemFreeAsync, emu.config.pools ? pool_free(stream, address) : CUDA_ERROR_NOT_SUPPORTED);
}

EXPORTED CUresult cuDeviceGetDefaultMemPool(CUmemoryPool *handle, CUdevice device) {
    ENTER(cuDeviceGetDefaultMemPool, NEEDS_INIT);
    if (!emu.config.pools) {
        LEAVE(cuDeviceGetDefaultMemPool, CUDA_ERROR_NOT_SUPPORTED);
    }
    if (handle == NULL) {
        LEAVE(cuDeviceGetDefaultMemPool, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDeviceGetDefaultMemPool, CUDA_ERROR_INVALID_DEVICE);
    }
    *handle = (CUmemoryPool)pool_default(device)->handle;
    LEAVE(cuDeviceGetDefaultMemPool, CUDA_SUCCESS);
}

EXPORTED CUresult cuMemPoolCreate(CUmemoryPool *handle, const CUmemPoolProps *properties) {
    ENTER(cuMemPoolCreate, NEEDS_INIT);
    if (!emu.config.pools) {
        LEAVE(cuMemPoolCreate, CUDA_ERROR_NOT_SUPPORTED);
    }
    if (handle == NULL || properties == NULL || properties->allocType != CU_MEM_ALLOCATION_TYPE_PINNED
            || properties->location.type != CU_MEM_LOCATION_TYPE_DEVICE || !is_device(properties->location.id)
            || properties->win32SecurityAttributes != NULL) {
        LEAVE(cuMemPoolCreate, CUDA_ERROR_INVALID_VALUE);
    }
    if (properties->handleTypes != CU_MEM_HANDLE_TYPE_NONE) {
        LEAVE(cuMemPoolCreate, CUDA_ERROR_NOT_SUPPORTED);
    }
    struct pool *pool = pool_new(properties->location.id);
    pool->most = properties->maxSize;
    *handle = (CUmemoryPool)pool->handle;
    LEAVE(cuMemPoolCreate, CUDA_SUCCESS);
}

EXPORTED CUresult cuMemPoolDestroy(CUmemoryPool handle) {
    ENTER(cuMemPoolDestroy, NEEDS_INIT);
    struct pool *pool = pool_find(handle);
    if (pool == NULL || pool == emu.device[pool->device].default_pool) {
        LEAVE(cuMemPoolDestroy, CUDA_ERROR_INVALID_VALUE);
    }
    pool_destroy(pool);
    LEAVE(cuMemPoolDestroy, CUDA_SUCCESS);
}

EXPORTED CUresult cuMemPoolTrimTo(CUmemoryPool handle, size_t keep) {
    ENTER(cuMemPoolTrimTo, NEEDS_INIT);
    struct pool *pool = pool_find(handle);
    if (pool == NULL) {
        LEAVE(cuMemPoolTrimTo, CUDA_ERROR_INVALID_VALUE);
    }
    pool_trim(pool, keep);
    LEAVE(cuMemPoolTrimTo, CUDA_SUCCESS);
}

/* Switches are int, amounts are 64 bits wide. The high-water marks can only be set to zero. */
EXPORTED CUresult cuMemPoolSetAttribute(CUmemoryPool handle, int attribute, void *value) {
    ENTER(cuMemPoolSetAttribute, NEEDS_INIT);
    struct pool *pool = pool_find(handle);
    CUresult result = pool == NULL || value == NULL ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
    if (result != CUDA_SUCCESS) {
        LEAVE(cuMemPoolSetAttribute, result);
    }
    switch (attribute) {
        case CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES:
        case CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC:
        case CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES:
            pool->reuse[attribute] = *(const int *)value != 0;
            break;
        case CU_MEMPOOL_ATTR_RELEASE_THRESHOLD:
            pool->threshold = *(const uint64_t *)value;
            break;
        case CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH:
            result = *(const uint64_t *)value == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
            pool->reserved_high = result == CUDA_SUCCESS ? pool->reserved : pool->reserved_high;
            break;
        case CU_MEMPOOL_ATTR_USED_MEM_HIGH:
            result = *(const uint64_t *)value == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
            pool->used_high = result == CUDA_SUCCESS ? pool->used : pool->used_high;
            break;
        default:
            result = CUDA_ERROR_INVALID_VALUE;
    }
    LEAVE(cuMemPoolSetAttribute, result);
}

EXPORTED CUresult cuMemPoolGetAttribute(CUmemoryPool handle, int attribute, void *value) {
    ENTER(cuMemPoolGetAttribute, NEEDS_INIT);
    struct pool *pool = pool_find(handle);
    if (pool == NULL || value == NULL || attribute < CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES
            || attribute > CU_MEMPOOL_ATTR_USED_MEM_HIGH) {
        LEAVE(cuMemPoolGetAttribute, CUDA_ERROR_INVALID_VALUE);
    }
    if (attribute < CU_MEMPOOL_ATTR_RELEASE_THRESHOLD) {
        *(int *)value = pool->reuse[attribute];
        LEAVE(cuMemPoolGetAttribute, CUDA_SUCCESS);
    }
    const uint64_t amounts[] = {pool->threshold, pool->reserved, pool->reserved_high, pool->used, pool->used_high};
    *(uint64_t *)value = amounts[attribute - CU_MEMPOOL_ATTR_RELEASE_THRESHOLD];
    LEAVE(cuMemPoolGetAttribute, CUDA_SUCCESS);
}
