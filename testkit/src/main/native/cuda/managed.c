/* Managed memory: allocation, prefetch, advice, and what is remembered of them, for a whole allocation at once. */
#include "capture.h"
#include "gate.h"
#include "memory.h"
#include "streams.h"

EXPORTED CUresult cuMemAllocManaged(CUdeviceptr *address, size_t bytes, unsigned int flags) {
    ENTER(cuMemAllocManaged, NEEDS_CONTEXT);
    if (address == NULL || bytes == 0 || (flags != CU_MEM_ATTACH_GLOBAL && flags != CU_MEM_ATTACH_HOST)) {
        LEAVE(cuMemAllocManaged, CUDA_ERROR_INVALID_VALUE);
    }
    if (!emu.config.managed) {
        LEAVE(cuMemAllocManaged, CUDA_ERROR_NOT_SUPPORTED);
    }
    if (capture_forbids()) {
        LEAVE(cuMemAllocManaged, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    uint64_t at = host_addresses(bytes);
    if (at == 0) {
        LEAVE(cuMemAllocManaged, CUDA_ERROR_OUT_OF_MEMORY);
    }
    soil((void *)at, bytes);
    struct range *range = range_add(MANAGED, current_device(), at, bytes);
    range->flags = flags;
    range->advice.preferred_id = CU_DEVICE_INVALID;
    range->advice.prefetched_id = CU_DEVICE_INVALID;
    *address = at;
    LEAVE_SIZED(cuMemAllocManaged, CUDA_SUCCESS, bytes);
}

/* Finds the managed range that holds all of the bytes. */
static CUresult find(uint64_t address, uint64_t bytes, struct range **range) {
    *range = range_at(address);
    bool whole = *range != NULL && (*range)->kind == MANAGED && bytes > 0 && bytes <= (*range)->node.end - address;
    return whole ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

/* Checks a place; the host is -1 as an identity, whatever its node. */
static CUresult check_location(CUmemLocation *location) {
    switch (location->type) {
        case CU_MEM_LOCATION_TYPE_DEVICE:
            return is_device(location->id) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
        case CU_MEM_LOCATION_TYPE_HOST_NUMA:
            return location->id == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
        case CU_MEM_LOCATION_TYPE_HOST:
        case CU_MEM_LOCATION_TYPE_HOST_NUMA_CURRENT:
            location->id = CU_DEVICE_CPU;
            return CUDA_SUCCESS;
        default:
            return CUDA_ERROR_INVALID_VALUE;
    }
}

/* Makes a place of what the older functions take: a device, or -1 for the host. */
static CUmemLocation location_of(CUdevice device) {
    CUmemLocation location = {CU_MEM_LOCATION_TYPE_DEVICE, device};
    if (device == CU_DEVICE_CPU) {
        location.type = CU_MEM_LOCATION_TYPE_HOST;
    }
    return location;
}

static CUresult prefetch(uint64_t address, uint64_t bytes, CUmemLocation location, CUstream handle) {
    struct range *range = NULL;
    struct stream *stream = NULL;
    CUresult result = find(address, bytes, &range);
    result = result == CUDA_SUCCESS ? check_location(&location) : result;
    result = result == CUDA_SUCCESS ? stream_for_work(handle, &stream) : result;
    if (result == CUDA_SUCCESS) {
        range->advice.prefetched_type = location.type;
        range->advice.prefetched_id = location.id;
        /* Moves nothing that anyone could see, but takes its place in the stream. */
        result = work_submit(stream, work_new(WORK_RECORD));
    }
    return result;
}

EXPORTED CUresult cuMemPrefetchAsync(CUdeviceptr address, size_t bytes, CUdevice device, CUstream stream) {
    ENTER(cuMemPrefetchAsync, NEEDS_INIT);
    LEAVE_SIZED(cuMemPrefetchAsync, prefetch(address, bytes, location_of(device), stream), bytes);
}

static CUresult advise(uint64_t address, uint64_t bytes, int advice, CUmemLocation location) {
    struct range *range = NULL;
    CUresult result = find(address, bytes, &range);
    bool needs_location = advice != CU_MEM_ADVISE_SET_READ_MOSTLY && advice != CU_MEM_ADVISE_UNSET_READ_MOSTLY
            && advice != CU_MEM_ADVISE_UNSET_PREFERRED_LOCATION;
    if (result == CUDA_SUCCESS && needs_location) {
        result = check_location(&location);
    }
    if (result != CUDA_SUCCESS) {
        return result;
    }
    /* Bit 63 stands for the host. */
    uint64_t accessor = 1ull << (location.type == CU_MEM_LOCATION_TYPE_DEVICE ? location.id & 63 : 63);
    switch (advice) {
        case CU_MEM_ADVISE_SET_READ_MOSTLY:
        case CU_MEM_ADVISE_UNSET_READ_MOSTLY:
            range->advice.read_mostly = advice == CU_MEM_ADVISE_SET_READ_MOSTLY;
            return CUDA_SUCCESS;
        case CU_MEM_ADVISE_SET_PREFERRED_LOCATION:
            range->advice.preferred_type = location.type;
            range->advice.preferred_id = location.id;
            return CUDA_SUCCESS;
        case CU_MEM_ADVISE_UNSET_PREFERRED_LOCATION:
            range->advice.preferred_type = CU_MEM_LOCATION_TYPE_INVALID;
            range->advice.preferred_id = CU_DEVICE_INVALID;
            return CUDA_SUCCESS;
        case CU_MEM_ADVISE_SET_ACCESSED_BY:
            range->advice.accessed_by |= accessor;
            return CUDA_SUCCESS;
        case CU_MEM_ADVISE_UNSET_ACCESSED_BY:
            range->advice.accessed_by &= ~accessor;
            return CUDA_SUCCESS;
        default:
            return CUDA_ERROR_INVALID_VALUE;
    }
}

EXPORTED CUresult cuMemAdvise(CUdeviceptr address, size_t bytes, int advice, CUdevice device) {
    ENTER(cuMemAdvise, NEEDS_INIT);
    LEAVE(cuMemAdvise, advise(address, bytes, advice, location_of(device)));
}

#if EMULATED_VERSION >= 12020
EXPORTED CUresult cuMemPrefetchAsync_v2(CUdeviceptr address, size_t bytes, CUmemLocation location, unsigned int flags,
        CUstream stream) {
    ENTER(cuMemPrefetchAsync_v2, NEEDS_INIT);
    LEAVE_SIZED(cuMemPrefetchAsync_v2,
            flags == 0 ? prefetch(address, bytes, location, stream) : CUDA_ERROR_INVALID_VALUE, bytes);
}

EXPORTED CUresult cuMemAdvise_v2(CUdeviceptr address, size_t bytes, int advice, CUmemLocation location) {
    ENTER(cuMemAdvise_v2, NEEDS_INIT);
    LEAVE(cuMemAdvise_v2, advise(address, bytes, advice, location));
}
#endif

/* Writes the devices that access a range, and fills up with what stands for none. */
static void write_accessors(const struct range *range, int *values, size_t count) {
    size_t written = 0;
    for (int device = 0; device < 64 && written < count; device++) {
        if (((range->advice.accessed_by >> device) & 1) != 0) {
            values[written++] = device == 63 ? CU_DEVICE_CPU : device;
        }
    }
    while (written < count) {
        values[written++] = CU_DEVICE_INVALID;
    }
}

static bool read_attribute(const struct advice *advice, int attribute, int *value) {
    switch (attribute) {
        case CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY:
            *value = advice->read_mostly;
            return true;
        case CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION:
        case CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_ID:
            *value = advice->preferred_id;
            return true;
        case CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION:
        case CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_ID:
            *value = advice->prefetched_id;
            return true;
        case CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_TYPE:
            *value = advice->preferred_type;
            return true;
        case CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE:
            *value = advice->prefetched_type;
            return true;
        default:
            return false;
    }
}

EXPORTED CUresult cuMemRangeGetAttribute(void *data, size_t data_bytes, int attribute, CUdeviceptr address,
        size_t bytes) {
    ENTER(cuMemRangeGetAttribute, NEEDS_INIT);
    struct range *range = NULL;
    CUresult result = find(address, bytes, &range);
    if (data == NULL || data_bytes == 0 || data_bytes % sizeof(int) != 0) {
        result = CUDA_ERROR_INVALID_VALUE;
    }
    if (result != CUDA_SUCCESS) {
        LEAVE(cuMemRangeGetAttribute, result);
    }
    if (attribute == CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY) {
        write_accessors(range, data, data_bytes / sizeof(int));
        LEAVE(cuMemRangeGetAttribute, CUDA_SUCCESS);
    }
    if (EMULATED_VERSION < 12020 && attribute > CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION) {
        LEAVE(cuMemRangeGetAttribute, CUDA_ERROR_INVALID_VALUE);
    }
    bool known = data_bytes == sizeof(int) && read_attribute(&range->advice, attribute, data);
    LEAVE(cuMemRangeGetAttribute, known ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
}
