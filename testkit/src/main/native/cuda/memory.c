/* Memory in single pieces: device memory, pinned and registered memory of the host, and how much there is. */
#include "memory.h"

#include "capture.h"
#include "gate.h"
#include "pools.h"
#include "virtual.h"

#define ALIGNMENT 512ull
#define NULL_ADDRESS 0x7000000000ull

bool null_calls;

static CUresult allocate(int device, uint64_t bytes, CUdeviceptr *address) {
    struct physical *physical = NULL;
    CUresult result = physical_create(device, bytes, false, &physical);
    if (result == CUDA_ERROR_OUT_OF_MEMORY && pools_give_back(device)) {
        result = physical_create(device, bytes, false, &physical);
    }
    if (result != CUDA_SUCCESS) {
        return result;
    }
    uint64_t at = device_addresses(bytes, ALIGNMENT, 0);
    if (at == 0) {
        physical_drop(physical);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    range_add(PLAIN, device, at, bytes)->physical = physical;
    *address = at;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
    if (null_calls) {
        *address = NULL_ADDRESS;
        return CUDA_SUCCESS;
    }
    ENTER(cuMemAlloc_v2, NEEDS_CONTEXT);
    if (address == NULL || bytes == 0) {
        LEAVE(cuMemAlloc_v2, CUDA_ERROR_INVALID_VALUE);
    }
    if (capture_forbids()) {
        LEAVE(cuMemAlloc_v2, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    LEAVE_SIZED(cuMemAlloc_v2, allocate(current_device(), bytes, address), bytes);
}

/* Frees one of the two kinds that a function frees. */
static CUresult end(uint64_t address, enum kind kind, enum kind other, const char *call) {
    struct range *range = range_from(address, kind);
    if (range == NULL) {
        range = range_from(address, other);
    }
    if (range == NULL) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (emu.device[range->device].lost) {
        return CUDA_ERROR_LAUNCH_FAILED;
    }
    range_end(range, call);
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemFree_v2(CUdeviceptr address) {
    if (null_calls) {
        return CUDA_SUCCESS;
    }
    ENTER(cuMemFree_v2, NEEDS_CONTEXT);
    if (capture_forbids()) {
        LEAVE(cuMemFree_v2, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    if (range_from(address, POOLED) != NULL) {
        LEAVE(cuMemFree_v2, pool_free_now(range_from(address, POOLED)));
    }
    LEAVE(cuMemFree_v2, end(address, PLAIN, MANAGED, "cuMemFree"));
}

EXPORTED CUresult cuMemGetInfo_v2(size_t *available, size_t *total) {
    ENTER(cuMemGetInfo_v2, NEEDS_CONTEXT);
    if (available == NULL || total == NULL) {
        LEAVE(cuMemGetInfo_v2, CUDA_ERROR_INVALID_VALUE);
    }
    const struct device *device = &emu.device[current_device()];
    uint64_t taken = device->used + device->elsewhere;
    *total = device->total;
    *available = taken > device->total ? 0 : device->total - taken;
    LEAVE(cuMemGetInfo_v2, CUDA_SUCCESS);
}

EXPORTED CUresult cuMemGetAddressRange_v2(CUdeviceptr *base, size_t *bytes, CUdeviceptr address) {
    ENTER(cuMemGetAddressRange_v2, NEEDS_CONTEXT);
    struct range *range = range_at(address);
    struct node *node = range == NULL ? NULL : &range->node;
    if (range != NULL && range->kind == RESERVED) {
        node = mapping_node(address);
    }
    if (node == NULL || (range->kind == POOLED && !pool_in_use(range))) {
        LEAVE(cuMemGetAddressRange_v2, is_driver_address(address) ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_NOT_FOUND);
    }
    if (base != NULL) {
        *base = node->start;
    }
    if (bytes != NULL) {
        *bytes = node->end - node->start;
    }
    LEAVE(cuMemGetAddressRange_v2, CUDA_SUCCESS);
}

EXPORTED CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned int flags) {
    ENTER(cuMemHostAlloc, NEEDS_CONTEXT);
    if (address == NULL || bytes == 0 || flags > 7) {
        LEAVE(cuMemHostAlloc, CUDA_ERROR_INVALID_VALUE);
    }
    if (capture_forbids()) {
        LEAVE(cuMemHostAlloc, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    uint64_t at = host_addresses(bytes);
    if (at == 0) {
        LEAVE(cuMemHostAlloc, CUDA_ERROR_OUT_OF_MEMORY);
    }
    soil((void *)at, bytes);
    range_add(PINNED, current_device(), at, bytes)->flags = flags;
    *address = (void *)at;
    LEAVE_SIZED(cuMemHostAlloc, CUDA_SUCCESS, bytes);
}

EXPORTED CUresult cuMemFreeHost(void *address) {
    ENTER(cuMemFreeHost, NEEDS_CONTEXT);
    if (capture_forbids()) {
        LEAVE(cuMemFreeHost, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    LEAVE(cuMemFreeHost, end((uint64_t)address, PINNED, PINNED, "cuMemFreeHost"));
}

EXPORTED CUresult cuMemHostRegister_v2(void *address, size_t bytes, unsigned int flags) {
    ENTER(cuMemHostRegister_v2, NEEDS_CONTEXT);
    uint64_t at = (uint64_t)address;
    if (address == NULL || bytes == 0 || flags > 15 || at + bytes < at || is_device_address(at)) {
        LEAVE(cuMemHostRegister_v2, CUDA_ERROR_INVALID_VALUE);
    }
    if ((flags & (CU_MEMHOSTREGISTER_IOMEMORY | CU_MEMHOSTREGISTER_READ_ONLY)) != 0) {
        LEAVE(cuMemHostRegister_v2, CUDA_ERROR_NOT_SUPPORTED);
    }
    if (capture_forbids()) {
        LEAVE(cuMemHostRegister_v2, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    struct node *next = rangemap_from(&ranges, at);
    if (next != NULL && next->start < at + bytes) {
        LEAVE(cuMemHostRegister_v2, CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
    }
    if (is_driver_address(at)) {
        LEAVE(cuMemHostRegister_v2, CUDA_ERROR_INVALID_VALUE);
    }
    range_add(REGISTERED, current_device(), at, bytes)->flags = flags;
    LEAVE_SIZED(cuMemHostRegister_v2, CUDA_SUCCESS, bytes);
}

EXPORTED CUresult cuMemHostUnregister(void *address) {
    ENTER(cuMemHostUnregister, NEEDS_CONTEXT);
    if (address == NULL) {
        LEAVE(cuMemHostUnregister, CUDA_ERROR_INVALID_VALUE);
    }
    if (range_from((uint64_t)address, REGISTERED) == NULL) {
        LEAVE(cuMemHostUnregister, CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
    }
    LEAVE(cuMemHostUnregister, end((uint64_t)address, REGISTERED, REGISTERED, "cuMemHostUnregister"));
}

EXPORTED CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *result, void *address, unsigned int flags) {
    ENTER(cuMemHostGetDevicePointer_v2, NEEDS_CONTEXT);
    struct range *range = range_at((uint64_t)address);
    if (result == NULL || flags != 0 || range == NULL || (range->kind != PINNED && range->kind != REGISTERED)) {
        LEAVE(cuMemHostGetDevicePointer_v2, CUDA_ERROR_INVALID_VALUE);
    }
    *result = (CUdeviceptr)address;
    LEAVE(cuMemHostGetDevicePointer_v2, CUDA_SUCCESS);
}
