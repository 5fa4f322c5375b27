/* The live ranges of addresses: found by address, begun, ended, and looked into. */
#include <stdlib.h>

#include "hazards.h"
#include "memory.h"
#include "virtual.h"

struct rangemap ranges;

static long live[KINDS];
static uint64_t last_id;

struct range *range_at(uint64_t address) {
    return (struct range *)rangemap_at(&ranges, address);
}

struct range *range_from(uint64_t address, enum kind kind) {
    struct range *range = range_at(address);
    return range != NULL && range->node.start == address && range->kind == kind ? range : NULL;
}

struct range *range_add(enum kind kind, int device, uint64_t address, uint64_t bytes) {
    struct range *range = calloc(1, sizeof *range);
    if (range == NULL) {
        abort();
    }
    range->node.start = address;
    range->node.end = address + bytes;
    range->kind = kind;
    range->device = device;
    range->id = ++last_id;
    rangemap_insert(&ranges, &range->node);
    live[kind]++;
    return range;
}

void range_end(struct range *range, const char *call) {
    uint64_t bytes = range->node.end - range->node.start;
    hazards_freed(call, range->node.start, bytes);
    rangemap_remove(&ranges, &range->node);
    live[range->kind]--;
    if (range->kind == PINNED || range->kind == MANAGED) {
        host_addresses_end(range->node.start, bytes);
    } else if (range->physical != NULL) {
        physical_drop(range->physical);
    }
    free(range);
}

long ranges_live(enum kind kind) {
    return live[kind];
}

CUresult place_of(uint64_t address, uint64_t bytes, int device, bool write, struct place *place) {
    struct range *range = range_at(address);
    place->at = (char *)address;
    place->bytes = bytes;
    place->physical = NULL;
    if (range == NULL) {
        struct node *next = rangemap_from(&ranges, address);
        if (next != NULL && next->start - address < place->bytes) {
            place->bytes = next->start - address;
        }
        return is_driver_address(address) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
    }
    if (range->kind == RESERVED) {
        return place_in_mapping(address, bytes, device, write, place);
    }
    if (bytes > range->node.end - address) {
        place->bytes = range->node.end - address;
    }
    if (!is_host_kind(range->kind)) {
        place->at = (char *)(range->physical->node.start + (address - range->node.start));
        place->physical = range->physical;
    }
    return CUDA_SUCCESS;
}

CUresult check_access(uint64_t address, uint64_t bytes, int device, bool write) {
    if (address + bytes < address) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    struct range *range = range_at(address);
    if (range != NULL && bytes > range->node.end - address) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    while (bytes > 0) {
        struct place place;
        CUresult result = place_of(address, bytes, device, write, &place);
        if (result != CUDA_SUCCESS) {
            return result;
        }
        address += place.bytes;
        bytes -= place.bytes;
    }
    return CUDA_SUCCESS;
}

/* Ends all ranges that a test lets through, and returns how many those were. */
static long end_ranges(int device, bool all) {
    long ended = 0;
    uint64_t from = 0;
    for (struct node *node = rangemap_from(&ranges, from); node != NULL; node = rangemap_from(&ranges, from)) {
        struct range *range = (struct range *)node;
        from = node->end;
        if (all || (range->device == device && range->kind != RESERVED && range->kind != POOLED)) {
            range_end(range, "end of the context");
            ended++;
        }
    }
    return ended;
}

long memory_end(int device) {
    return end_ranges(device, false);
}

void memory_reset(void) {
    end_ranges(0, true);
}
