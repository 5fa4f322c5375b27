/* What can be asked about a pointer: its memory's type, device, range, and access. */
#include "gate.h"
#include "memory.h"
#include "pools.h"
#include "virtual.h"

/* What is known of an address. */
struct facts {
    uint64_t start;
    uint64_t bytes;
    uint64_t mapping_start;
    uint64_t mapping_bytes;
    uint64_t id;
    int device;
    int access;
    int handle_types;
    bool mapped;
    bool host;
    bool managed;
    bool shareable;
    uint64_t pool;
};

static CUresult look_at(uint64_t address, struct facts *facts) {
    struct range *range = range_at(address);
    if (range == NULL || (range->kind == POOLED && !pool_in_use(range))) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    facts->start = range->node.start;
    facts->bytes = range->node.end - range->node.start;
    facts->mapping_start = facts->start;
    facts->mapping_bytes = facts->bytes;
    facts->id = range->id;
    facts->device = range->device;
    facts->access = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
    facts->mapped = true;
    facts->host = range->kind == PINNED || range->kind == REGISTERED;
    facts->managed = range->kind == MANAGED;
    facts->shareable = range->kind == PLAIN;
    facts->pool = range->kind == POOLED ? pool_of(range) : 0;
    int here = current_device();
    if (!is_host_kind(range->kind) && range->device >= 0 && range->device != here) {
        facts->access = emu.device[here].peer[range->device] ? facts->access : CU_MEM_ACCESS_FLAGS_PROT_NONE;
    }
    if (range->kind == RESERVED) {
        facts->mapped = mapping_facts(address, here, &facts->device, &facts->access, &facts->handle_types);
        struct node *mapping = mapping_node(address);
        facts->mapping_start = mapping == NULL ? 0 : mapping->start;
        facts->mapping_bytes = mapping == NULL ? 0 : mapping->end - mapping->start;
    }
    return CUDA_SUCCESS;
}

static bool is_about_ranges(int attribute) {
    return attribute == CU_POINTER_ATTRIBUTE_RANGE_START_ADDR || attribute == CU_POINTER_ATTRIBUTE_RANGE_SIZE
            || attribute == CU_POINTER_ATTRIBUTE_MAPPED;
}

/* Writes an answer that is an int, an unsigned int or a truth. */
static bool write_number(const struct facts *facts, int attribute, int *data) {
    switch (attribute) {
        case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
            *data = facts->host ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
            return true;
        case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
            *data = facts->device;
            return true;
        case CU_POINTER_ATTRIBUTE_ACCESS_FLAGS:
            *data = facts->access;
            return true;
        case CU_POINTER_ATTRIBUTE_IS_MANAGED:
            *(char *)data = facts->managed;
            return true;
        case CU_POINTER_ATTRIBUTE_MAPPED:
            *(char *)data = facts->mapped;
            return true;
        case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
            *(char *)data = facts->shareable;
            return true;
        case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
        case CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE:
            *(char *)data = 0;
            return true;
        default:
            return false;
    }
}

/* Writes an answer that is 64 bits wide. */
static bool write_amount(const struct facts *facts, int attribute, uint64_t address, uint64_t *data) {
    switch (attribute) {
        case CU_POINTER_ATTRIBUTE_CONTEXT:
            *data = (uint64_t)context_of(facts->device);
            return true;
        case CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
            *data = address;
            return true;
        case CU_POINTER_ATTRIBUTE_BUFFER_ID:
        case CU_POINTER_ATTRIBUTE_MEMORY_BLOCK_ID:
            *data = facts->id;
            return true;
        case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
            *data = facts->start;
            return true;
        case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
            *data = facts->bytes;
            return true;
        case CU_POINTER_ATTRIBUTE_MAPPING_BASE_ADDR:
            *data = facts->mapping_start;
            return true;
        case CU_POINTER_ATTRIBUTE_MAPPING_SIZE:
            *data = facts->mapping_bytes;
            return true;
        case CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES:
            *data = (uint64_t)facts->handle_types;
            return true;
        case CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE:
            *data = facts->pool;
            return true;
        default:
            return false;
    }
}

EXPORTED CUresult cuPointerGetAttribute(void *data, int attribute, CUdeviceptr address) {
    ENTER(cuPointerGetAttribute, NEEDS_CONTEXT);
    struct facts facts = {0};
    CUresult result = data == NULL ? CUDA_ERROR_INVALID_VALUE : look_at(address, &facts);
    if (result == CUDA_SUCCESS && !facts.mapped && !is_about_ranges(attribute)) {
        result = CUDA_ERROR_INVALID_VALUE;
    }
    if (result != CUDA_SUCCESS) {
        LEAVE(cuPointerGetAttribute, result);
    }
    if (attribute == CU_POINTER_ATTRIBUTE_HOST_POINTER) {
        bool touchable = facts.host || facts.managed;
        *(uint64_t *)data = touchable ? address : 0;
        LEAVE(cuPointerGetAttribute, touchable ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
    }
    bool known = write_number(&facts, attribute, data) || write_amount(&facts, attribute, address, data);
    LEAVE(cuPointerGetAttribute, known ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
}
