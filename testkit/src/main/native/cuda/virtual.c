/* Virtual memory: creation and release of handles, reserving, mapping, and access. */
#include "virtual.h"

#include <stdlib.h>

#include "gate.h"
#include "hazards.h"
#include "pools.h"
#include "table.h"

/* Physical memory that was created or imported, until it is released; mappings keep the memory, not this. */
struct handle {
    struct physical *physical;
    int handle_types;
};

/* One mapping of a whole handle. Bit d of a mask stands for device d. */
struct mapping {
    struct node node;
    struct physical *physical;
    int handle_types;
    uint64_t readers;
    uint64_t writers;
};

static struct table handles = {.base = 0xA110000000000};
static struct rangemap mappings;

static struct mapping *mapping_at(uint64_t address) {
    return (struct mapping *)rangemap_at(&mappings, address);
}

struct node *mapping_node(uint64_t address) {
    return rangemap_at(&mappings, address);
}

CUresult place_in_mapping(uint64_t address, uint64_t bytes, int device, bool write, struct place *place) {
    struct mapping *mapping = mapping_at(address);
    if (mapping == NULL || (((write ? mapping->writers : mapping->readers) >> device) & 1) == 0) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    uint64_t left = mapping->node.end - address;
    place->at = (char *)(mapping->physical->node.start + (address - mapping->node.start));
    place->bytes = bytes < left ? bytes : left;
    place->physical = mapping->physical;
    return CUDA_SUCCESS;
}

bool mapping_facts(uint64_t address, int device, int *location, int *access, int *handle_types) {
    struct mapping *mapping = mapping_at(address);
    if (mapping == NULL) {
        return false;
    }
    *location = mapping->physical->device;
    *handle_types = mapping->handle_types;
    *access = (((mapping->readers >> device) & 1) != 0 ? CU_MEM_ACCESS_FLAGS_PROT_READ : 0)
            | (((mapping->writers >> device) & 1) != 0 ? CU_MEM_ACCESS_FLAGS_PROT_READWRITE : 0);
    return true;
}

CUmemGenericAllocationHandle handle_for(struct physical *physical, int handle_types) {
    struct handle *handle = malloc(sizeof *handle);
    if (handle == NULL) {
        abort();
    }
    handle->physical = physical;
    handle->handle_types = handle_types;
    return table_add(&handles, handle);
}

struct physical *handle_memory(CUmemGenericAllocationHandle number, int *handle_types) {
    struct handle *handle = table_get(&handles, number);
    if (handle == NULL) {
        return NULL;
    }
    *handle_types = handle->handle_types;
    return handle->physical;
}

long handles_live(void) {
    return handles.live;
}

long mappings_live(void) {
    return (long)mappings.count;
}

/* Checks what memory is asked for: device memory, pinned, that can be exported as a file or not at all. */
static CUresult check_properties(const CUmemAllocationProp *properties) {
    if (properties == NULL || properties->type != CU_MEM_ALLOCATION_TYPE_PINNED
            || properties->location.type != CU_MEM_LOCATION_TYPE_DEVICE || properties->win32HandleMetaData != NULL) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (!is_device(properties->location.id)) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    if ((properties->requestedHandleTypes & ~CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR) != 0) {
        return CUDA_ERROR_NOT_SUPPORTED;
    }
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemGetAllocationGranularity(size_t *bytes, const CUmemAllocationProp *properties, int option) {
    ENTER(cuMemGetAllocationGranularity, NEEDS_INIT);
    if (!emu.config.vmm) {
        LEAVE(cuMemGetAllocationGranularity, CUDA_ERROR_NOT_SUPPORTED);
    }
    CUresult result = check_properties(properties);
    if (bytes == NULL || option < 0 || option > CU_MEM_ALLOC_GRANULARITY_RECOMMENDED) {
        result = CUDA_ERROR_INVALID_VALUE;
    }
    if (result == CUDA_SUCCESS) {
        *bytes = emu.config.granularity;
    }
    LEAVE(cuMemGetAllocationGranularity, result);
}

static CUresult create(CUmemGenericAllocationHandle *handle, uint64_t bytes, const CUmemAllocationProp *properties) {
    CUresult result = check_properties(properties);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    int device = properties->location.id;
    if (emu.device[device].lost) {
        return CUDA_ERROR_LAUNCH_FAILED;
    }
    struct physical *physical = NULL;
    bool exportable = properties->requestedHandleTypes != 0;
    result = physical_create(device, bytes, exportable, &physical);
    if (result == CUDA_ERROR_OUT_OF_MEMORY && pools_give_back(device)) {
        result = physical_create(device, bytes, exportable, &physical);
    }
    if (result == CUDA_SUCCESS) {
        *handle = handle_for(physical, properties->requestedHandleTypes);
    }
    return result;
}

EXPORTED CUresult cuMemCreate(CUmemGenericAllocationHandle *handle, size_t bytes, const CUmemAllocationProp *properties,
        unsigned long long flags) {
    ENTER(cuMemCreate, NEEDS_INIT);
    if (!emu.config.vmm) {
        LEAVE(cuMemCreate, CUDA_ERROR_NOT_SUPPORTED);
    }
    if (handle == NULL || bytes == 0 || bytes % emu.config.granularity != 0 || flags != 0) {
        LEAVE(cuMemCreate, CUDA_ERROR_INVALID_VALUE);
    }
    LEAVE_SIZED(cuMemCreate, create(handle, bytes, properties), bytes);
}

EXPORTED CUresult cuMemRelease(CUmemGenericAllocationHandle number) {
    ENTER(cuMemRelease, NEEDS_INIT);
    struct handle *handle = table_get(&handles, number);
    if (handle == NULL) {
        LEAVE(cuMemRelease, CUDA_ERROR_INVALID_VALUE);
    }
    if (emu.device[handle->physical->device].lost) {
        LEAVE(cuMemRelease, CUDA_ERROR_LAUNCH_FAILED);
    }
    uint64_t bytes = handle->physical->bytes;
    physical_drop(handle->physical);
    table_remove(&handles, number);
    free(handle);
    LEAVE_SIZED(cuMemRelease, CUDA_SUCCESS, bytes);
}

EXPORTED CUresult cuMemAddressReserve(CUdeviceptr *address, size_t bytes, size_t alignment, CUdeviceptr hint,
        unsigned long long flags) {
    ENTER(cuMemAddressReserve, NEEDS_INIT);
    if (!emu.config.vmm) {
        LEAVE(cuMemAddressReserve, CUDA_ERROR_NOT_SUPPORTED);
    }
    uint64_t step = emu.config.granularity;
    if (address == NULL || bytes == 0 || bytes % step != 0 || (alignment & (alignment - 1)) != 0 || flags != 0) {
        LEAVE(cuMemAddressReserve, CUDA_ERROR_INVALID_VALUE);
    }
    uint64_t at = device_addresses(bytes, alignment > step ? alignment : step, hint);
    if (at == 0) {
        LEAVE(cuMemAddressReserve, CUDA_ERROR_OUT_OF_MEMORY);
    }
    range_add(RESERVED, -1, at, bytes);
    *address = at;
    LEAVE_SIZED(cuMemAddressReserve, CUDA_SUCCESS, bytes);
}

EXPORTED CUresult cuMemAddressFree(CUdeviceptr address, size_t bytes) {
    ENTER(cuMemAddressFree, NEEDS_INIT);
    struct range *range = range_from(address, RESERVED);
    if (range == NULL || range->node.end - range->node.start != bytes) {
        LEAVE(cuMemAddressFree, CUDA_ERROR_INVALID_VALUE);
    }
    struct node *mapped = rangemap_from(&mappings, address);
    if (mapped != NULL && mapped->start < range->node.end) {
        LEAVE(cuMemAddressFree, CUDA_ERROR_INVALID_VALUE);
    }
    range_end(range, "cuMemAddressFree");
    LEAVE_SIZED(cuMemAddressFree, CUDA_SUCCESS, bytes);
}

static CUresult map(uint64_t address, uint64_t bytes, struct handle *handle) {
    struct range *range = range_at(address);
    if (handle == NULL || range == NULL || range->kind != RESERVED || bytes > range->node.end - address
            || bytes != handle->physical->bytes) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (emu.device[handle->physical->device].lost) {
        return CUDA_ERROR_LAUNCH_FAILED;
    }
    struct node *next = rangemap_from(&mappings, address);
    if (next != NULL && next->start < address + bytes) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    struct mapping *mapping = calloc(1, sizeof *mapping);
    if (mapping == NULL) {
        abort();
    }
    mapping->node.start = address;
    mapping->node.end = address + bytes;
    mapping->physical = handle->physical;
    mapping->handle_types = handle->handle_types;
    handle->physical->references++;
    rangemap_insert(&mappings, &mapping->node);
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemMap(CUdeviceptr address, size_t bytes, size_t offset, CUmemGenericAllocationHandle handle,
        unsigned long long flags) {
    ENTER(cuMemMap, NEEDS_INIT);
    uint64_t step = emu.config.granularity;
    if (bytes == 0 || bytes % step != 0 || address % step != 0 || offset != 0 || flags != 0) {
        LEAVE(cuMemMap, CUDA_ERROR_INVALID_VALUE);
    }
    LEAVE_SIZED(cuMemMap, map(address, bytes, table_get(&handles, handle)), bytes);
}

static void end_mapping(struct mapping *mapping) {
    hazards_freed("cuMemUnmap", mapping->node.start, mapping->node.end - mapping->node.start);
    rangemap_remove(&mappings, &mapping->node);
    physical_drop(mapping->physical);
    free(mapping);
}

/* Returns whether a range consists of whole mappings, side by side; none of them may be of a lost device. */
static CUresult check_whole(uint64_t address, uint64_t bytes) {
    uint64_t end = address + bytes;
    if (bytes == 0 || end < address) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    for (uint64_t reached = address; reached < end;) {
        struct mapping *mapping = mapping_at(reached);
        if (mapping == NULL || mapping->node.start != reached || mapping->node.end > end) {
            return CUDA_ERROR_INVALID_VALUE;
        }
        if (emu.device[mapping->physical->device].lost) {
            return CUDA_ERROR_LAUNCH_FAILED;
        }
        reached = mapping->node.end;
    }
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemUnmap(CUdeviceptr address, size_t bytes) {
    ENTER(cuMemUnmap, NEEDS_INIT);
    CUresult result = check_whole(address, bytes);
    if (result == CUDA_SUCCESS) {
        for (uint64_t reached = address; reached < address + bytes;) {
            struct mapping *mapping = mapping_at(reached);
            reached = mapping->node.end;
            end_mapping(mapping);
        }
    }
    LEAVE_SIZED(cuMemUnmap, result, bytes);
}

static CUresult check_descriptions(const CUmemAccessDesc *descriptions, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (descriptions[i].location.type != CU_MEM_LOCATION_TYPE_DEVICE
                || (descriptions[i].flags != CU_MEM_ACCESS_FLAGS_PROT_NONE
                        && descriptions[i].flags != CU_MEM_ACCESS_FLAGS_PROT_READ
                        && descriptions[i].flags != CU_MEM_ACCESS_FLAGS_PROT_READWRITE)) {
            return CUDA_ERROR_INVALID_VALUE;
        }
        if (!is_device(descriptions[i].location.id)) {
            return CUDA_ERROR_INVALID_DEVICE;
        }
    }
    return CUDA_SUCCESS;
}

static void grant(struct mapping *mapping, const CUmemAccessDesc *description) {
    uint64_t bit = 1ull << description->location.id;
    mapping->readers &= ~bit;
    mapping->writers &= ~bit;
    if (description->flags != CU_MEM_ACCESS_FLAGS_PROT_NONE) {
        mapping->readers |= bit;
    }
    if (description->flags == CU_MEM_ACCESS_FLAGS_PROT_READWRITE) {
        mapping->writers |= bit;
    }
}

/* A device gets access to another's memory only where the two are linked. */
static CUresult check_links(uint64_t address, uint64_t bytes, const CUmemAccessDesc *descriptions, size_t count) {
    for (uint64_t reached = address; reached < address + bytes; reached = mapping_at(reached)->node.end) {
        for (size_t i = 0; i < count; i++) {
            if (descriptions[i].location.id != mapping_at(reached)->physical->device && !emu.config.peers) {
                return CUDA_ERROR_INVALID_DEVICE;
            }
        }
    }
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemSetAccess(CUdeviceptr address, size_t bytes, const CUmemAccessDesc *descriptions, size_t count) {
    ENTER(cuMemSetAccess, NEEDS_INIT);
    if (descriptions == NULL || count == 0) {
        LEAVE(cuMemSetAccess, CUDA_ERROR_INVALID_VALUE);
    }
    CUresult result = check_descriptions(descriptions, count);
    result = result == CUDA_SUCCESS ? check_whole(address, bytes) : result;
    result = result == CUDA_SUCCESS ? check_links(address, bytes, descriptions, count) : result;
    for (uint64_t reached = address; result == CUDA_SUCCESS && reached < address + bytes;
            reached = mapping_at(reached)->node.end) {
        for (size_t i = 0; i < count; i++) {
            grant(mapping_at(reached), &descriptions[i]);
        }
    }
    LEAVE_SIZED(cuMemSetAccess, result, bytes);
}

void virtual_reset(void) {
    while (mappings.root != NULL) {
        end_mapping((struct mapping *)mappings.root);
    }
    for (uint64_t number = table_next(&handles, 0); number != 0; number = table_next(&handles, number + 16)) {
        struct handle *handle = table_get(&handles, number);
        physical_drop(handle->physical);
        free(handle);
    }
    table_reset(&handles);
}
