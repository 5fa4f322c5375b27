/*
 * Address space and physical memory. Three regions are reserved once: addresses of devices, which fault when the host
 * touches them; addresses of the host; and the private alias of one sparse file in which all physical memory lies that
 * needs no file of its own. Addresses are handed out upwards and not again before a region was gone through once.
 */
#define _GNU_SOURCE
#include "space.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

#define DEVICE_SPACE (1ull << 44)
#define HOST_SPACE (1ull << 42)
#define PHYSICAL_SPACE (1ull << 44)
#define MOST_HALVINGS 8
#define PAGE 4096ull
#define STEP 512ull
#define SOILED_BYTES 64ull
#define SOIL 0xA5
/* The name of a handle's own file; its device follows. */
#define SHARED_FILE "emulated-cuda-handle-"

struct space {
    uint64_t base;
    uint64_t bytes;
    uint64_t cursor;
};

static struct space devices;
static struct space hosts;
static struct space aliases;
static struct rangemap extents;
static int common_file = -1;

static uint64_t up(uint64_t value, uint64_t step) {
    return (value + step - 1) & ~(step - 1);
}

static bool open_space(struct space *space, uint64_t bytes, int protection, int flags, int file) {
    void *base = mmap(NULL, bytes, protection, flags | MAP_NORESERVE, file, 0);
    if (base == MAP_FAILED) {
        space->base = 0;
        return false;
    }
    madvise(base, bytes, MADV_DONTDUMP);
    space->base = (uint64_t)base;
    space->bytes = bytes;
    space->cursor = up(space->base, 2ull << 20);
    return true;
}

static void close_space(struct space *space) {
    if (space->base != 0) {
        munmap((void *)space->base, space->bytes);
        space->base = 0;
    }
}

static bool open_spaces(int smaller) {
    common_file = memfd_create("emulated-cuda", MFD_CLOEXEC);
    if (common_file >= 0 && ftruncate(common_file, (off_t)(PHYSICAL_SPACE >> smaller)) == 0
            && open_space(&devices, DEVICE_SPACE >> smaller, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1)
            && open_space(&hosts, HOST_SPACE >> smaller, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1)
            && open_space(&aliases, PHYSICAL_SPACE >> smaller, PROT_READ | PROT_WRITE, MAP_SHARED, common_file)) {
        return true;
    }
    spaces_close();
    return false;
}

/* Takes less where the system limits address space. */
bool spaces_open(void) {
    for (int smaller = 0; smaller <= MOST_HALVINGS; smaller++) {
        if (open_spaces(smaller)) {
            return true;
        }
    }
    return false;
}

void spaces_close(void) {
    close_space(&devices);
    close_space(&hosts);
    close_space(&aliases);
    if (common_file >= 0) {
        close(common_file);
        common_file = -1;
    }
}

/* Returns the first place from an address on that no range of the map overlaps, or 0. */
static uint64_t free_from(const struct space *space, const struct rangemap *taken, uint64_t from, uint64_t bytes,
        uint64_t alignment) {
    uint64_t end = space->base + space->bytes;
    uint64_t at = up(from, alignment);
    while (at >= from && at < end && bytes <= end - at) {
        struct node *next = rangemap_from(taken, at);
        if (next == NULL || next->start >= at + bytes) {
            return at;
        }
        at = up(next->end, alignment);
    }
    return 0;
}

static uint64_t take(struct space *space, const struct rangemap *taken, uint64_t bytes, uint64_t alignment) {
    if (bytes > space->bytes) {
        return 0;
    }
    uint64_t at = free_from(space, taken, space->cursor, bytes, alignment);
    if (at == 0) {
        at = free_from(space, taken, space->base + alignment, bytes, alignment);
    }
    if (at != 0) {
        /* A gap, so that an access behind an end is found. */
        space->cursor = at + bytes + STEP;
    }
    return at;
}

uint64_t device_addresses(uint64_t bytes, uint64_t alignment, uint64_t hint) {
    if (hint != 0 && hint % alignment == 0 && is_device_address(hint)
            && free_from(&devices, &ranges, hint, bytes, alignment) == hint) {
        return hint;
    }
    return take(&devices, &ranges, bytes, alignment);
}

uint64_t host_addresses(uint64_t bytes) {
    uint64_t at = take(&hosts, &ranges, up(bytes, PAGE) + PAGE, PAGE);
    if (at == 0 || mprotect((void *)at, up(bytes, PAGE), PROT_READ | PROT_WRITE) != 0) {
        return 0;
    }
    return at;
}

void host_addresses_end(uint64_t address, uint64_t bytes) {
    void *again = mmap((void *)address, up(bytes, PAGE), PROT_NONE,
            MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (again == MAP_FAILED) {
        abort();
    }
    madvise(again, up(bytes, PAGE), MADV_DONTDUMP);
}

static bool is_in(const struct space *space, uint64_t address) {
    return space->base != 0 && address - space->base < space->bytes;
}

bool is_driver_address(uint64_t address) {
    return is_in(&devices, address) || is_in(&hosts, address);
}

bool is_device_address(uint64_t address) {
    return is_in(&devices, address);
}

static struct physical *new_physical(int device, uint64_t bytes) {
    struct physical *physical = calloc(1, sizeof *physical);
    if (physical != NULL) {
        physical->bytes = bytes;
        physical->device = device;
        physical->references = 1;
        physical->file = -1;
    }
    return physical;
}

/* Maps a part of a file at an address that the system chooses. */
static bool map_file(struct physical *physical, int file, uint64_t offset) {
    uint64_t before = offset % PAGE;
    uint64_t bytes = up(before + physical->bytes, PAGE);
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, (off_t)(offset - before));
    if (at == MAP_FAILED) {
        return false;
    }
    physical->file = file;
    physical->mapped = at;
    physical->mapped_bytes = bytes;
    physical->node.start = (uint64_t)at + before;
    physical->node.end = physical->node.start + physical->bytes;
    return true;
}

static bool place(struct physical *physical, bool exportable) {
    if (!exportable) {
        uint64_t at = take(&aliases, &extents, up(physical->bytes, PAGE), PAGE);
        physical->node.start = at;
        physical->node.end = at + up(physical->bytes, PAGE);
        if (at != 0) {
            rangemap_insert(&extents, &physical->node);
        }
        return at != 0;
    }
    char name[32];
    snprintf(name, sizeof name, SHARED_FILE "%d", emu.device[physical->device].hardware);
    int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0) {
        return false;
    }
    if (ftruncate(file, (off_t)physical->bytes) == 0 && map_file(physical, file, 0)) {
        return true;
    }
    close(file);
    return false;
}

CUresult physical_create(int device, uint64_t bytes, bool exportable, struct physical **physical) {
    struct device *of = &emu.device[device];
    uint64_t size = up(bytes, STEP);
    if (size < bytes || of->used + of->elsewhere > of->total || size > of->total - of->used - of->elsewhere) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    struct physical *made = new_physical(device, size);
    if (made == NULL || !place(made, exportable)) {
        free(made);
        return CUDA_ERROR_OPERATING_SYSTEM;
    }
    made->charged = true;
    soil((void *)made->node.start, bytes);
    of->used += size;
    *physical = made;
    return CUDA_SUCCESS;
}

struct physical *physical_import(int device, int file, uint64_t offset, uint64_t bytes) {
    struct physical *physical = new_physical(device, bytes);
    if (physical == NULL || !map_file(physical, file, offset)) {
        free(physical);
        return NULL;
    }
    return physical;
}

int shared_file_device(int file) {
    char path[64];
    char name[96];
    int hardware = -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    ssize_t length = readlink(path, name, sizeof name - 1);
    name[length < 0 ? 0 : length] = '\0';
    return sscanf(name, "/memfd:" SHARED_FILE "%d", &hardware) == 1 ? hardware : -1;
}

void soil(void *memory, uint64_t bytes) {
    if (!emu.config.soil) {
        return;
    }
    uint64_t end = bytes < SOILED_BYTES ? bytes : SOILED_BYTES;
    memset(memory, SOIL, end);
    memset((char *)memory + bytes - end, SOIL, end);
}

int physical_file(const struct physical *physical, uint64_t *offset) {
    *offset = physical->file >= 0 ? 0 : physical->node.start - aliases.base;
    return physical->file >= 0 ? physical->file : common_file;
}

static void punch(uint64_t offset, uint64_t bytes) {
    fallocate(common_file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)bytes);
}

/* Takes the bytes of a part of the common file away: all of them, or the ends if nothing was written between. */
static void clear(const struct physical *physical) {
    uint64_t offset = physical->node.start - aliases.base;
    uint64_t bytes = up(physical->bytes, PAGE);
    if (physical->touched) {
        punch(offset, bytes);
    } else if (emu.config.soil) {
        punch(offset, PAGE);
        uint64_t tail = bytes < 3 * PAGE ? bytes - PAGE : 2 * PAGE;
        if (tail > 0) {
            punch(offset + bytes - tail, tail);
        }
    }
}

void physical_drop(struct physical *physical) {
    if (--physical->references > 0) {
        return;
    }
    if (physical->charged) {
        emu.device[physical->device].used -= physical->bytes;
    }
    if (physical->file >= 0) {
        munmap(physical->mapped, physical->mapped_bytes);
        close(physical->file);
    } else {
        rangemap_remove(&extents, &physical->node);
        /* Used again soon, unlike addresses: page tables stay for what was touched once. */
        if (physical->node.start < aliases.cursor) {
            aliases.cursor = physical->node.start;
        }
        clear(physical);
    }
    free(physical);
}
