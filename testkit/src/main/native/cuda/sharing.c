/*
 * Sharing between processes. A file descriptor is a duplicate of the file in which a handle's memory lies. A token tells
 * the process, the file and the place in it, and is opened through /proc.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate.h"
#include "memory.h"
#include "virtual.h"

#define MAGIC 0x5155415252594943ull

/* What stands in the 64 bytes of a token. */
struct token {
    uint64_t magic;
    int32_t process;
    int32_t file;
    uint64_t offset;
    uint64_t bytes;
    uint64_t id;
    int32_t hardware;
};

_Static_assert(sizeof(struct token) <= sizeof(CUipcMemHandle), "a token must fit into a handle");

EXPORTED CUresult cuMemExportToShareableHandle(void *result, CUmemGenericAllocationHandle handle, int type,
        unsigned long long flags) {
    ENTER(cuMemExportToShareableHandle, NEEDS_INIT);
    int types = 0;
    struct physical *physical = handle_memory(handle, &types);
    if (result == NULL || physical == NULL || flags != 0 || (types & type) == 0) {
        LEAVE(cuMemExportToShareableHandle, CUDA_ERROR_INVALID_VALUE);
    }
    uint64_t offset = 0;
    int file = fcntl(physical_file(physical, &offset), F_DUPFD_CLOEXEC, 0);
    if (file < 0) {
        LEAVE(cuMemExportToShareableHandle, CUDA_ERROR_OPERATING_SYSTEM);
    }
    *(int *)result = file;
    LEAVE(cuMemExportToShareableHandle, CUDA_SUCCESS);
}

/* The caller keeps the descriptor. */
EXPORTED CUresult cuMemImportFromShareableHandle(CUmemGenericAllocationHandle *handle, void *os_handle, int type) {
    ENTER(cuMemImportFromShareableHandle, NEEDS_INIT);
    if (handle == NULL || type != CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR) {
        LEAVE(cuMemImportFromShareableHandle, CUDA_ERROR_INVALID_VALUE);
    }
    if (!emu.config.vmm) {
        LEAVE(cuMemImportFromShareableHandle, CUDA_ERROR_NOT_SUPPORTED);
    }
    struct stat facts;
    int file = fcntl((int)(intptr_t)os_handle, F_DUPFD_CLOEXEC, 0);
    if (file < 0) {
        LEAVE(cuMemImportFromShareableHandle, CUDA_ERROR_INVALID_VALUE);
    }
    struct physical *physical = NULL;
    int hardware = shared_file_device(file);
    int device = visible_device(hardware);
    if (device >= 0 && fstat(file, &facts) == 0) {
        physical = physical_import(device, file, 0, (uint64_t)facts.st_size);
    }
    if (physical == NULL) {
        close(file);
        LEAVE(cuMemImportFromShareableHandle, hardware < 0 ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_NOT_SUPPORTED);
    }
    *handle = handle_for(physical, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR);
    LEAVE(cuMemImportFromShareableHandle, CUDA_SUCCESS);
}

/* Only memory of cuMemAlloc can be shared in this way. */
EXPORTED CUresult cuIpcGetMemHandle(CUipcMemHandle *handle, CUdeviceptr address) {
    ENTER(cuIpcGetMemHandle, NEEDS_CONTEXT);
    struct range *range = range_at(address);
    if (handle == NULL || range == NULL || range->kind != PLAIN) {
        LEAVE(cuIpcGetMemHandle, CUDA_ERROR_INVALID_VALUE);
    }
    struct token token;
    memset(&token, 0, sizeof token);
    token.magic = MAGIC;
    token.process = (int32_t)getpid();
    token.file = physical_file(range->physical, &token.offset);
    token.bytes = range->node.end - range->node.start;
    token.id = range->id;
    token.hardware = emu.device[range->device].hardware;
    /* The other process writes into it. */
    range->physical->touched = true;
    memset(handle, 0, sizeof *handle);
    memcpy(handle->reserved, &token, sizeof token);
    LEAVE(cuIpcGetMemHandle, CUDA_SUCCESS);
}

/* Returns what a token was opened as already, or NULL. */
static struct range *opened_before(const CUipcMemHandle *handle) {
    for (struct node *node = rangemap_from(&ranges, 0); node != NULL; node = rangemap_from(&ranges, node->end)) {
        struct range *range = (struct range *)node;
        if (range->kind == IMPORTED && memcmp(&range->token, handle, sizeof *handle) == 0) {
            return range;
        }
    }
    return NULL;
}

static CUresult open_token(CUdeviceptr *address, const CUipcMemHandle *handle) {
    struct token token;
    memcpy(&token, handle->reserved, sizeof token);
    if (token.magic != MAGIC) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (token.process == (int32_t)getpid()) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    struct range *range = opened_before(handle);
    if (range != NULL) {
        range->opened++;
        *address = range->node.start;
        return CUDA_SUCCESS;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", token.process, token.file);
    int file = open(path, O_RDWR | O_CLOEXEC);
    int device = visible_device(token.hardware);
    if (file < 0 || device < 0) {
        close(file);
        return CUDA_ERROR_MAP_FAILED;
    }
    struct physical *physical = physical_import(device, file, token.offset, token.bytes);
    if (physical == NULL) {
        close(file);
        return CUDA_ERROR_MAP_FAILED;
    }
    uint64_t at = device_addresses(token.bytes, 512, 0);
    if (at == 0) {
        physical_drop(physical);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    range = range_add(IMPORTED, device, at, token.bytes);
    range->physical = physical;
    range->opened = 1;
    range->token = *handle;
    *address = at;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuIpcOpenMemHandle_v2(CUdeviceptr *address, CUipcMemHandle handle, unsigned int flags) {
    ENTER(cuIpcOpenMemHandle_v2, NEEDS_CONTEXT);
    if (address == NULL || flags != CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS) {
        LEAVE(cuIpcOpenMemHandle_v2, CUDA_ERROR_INVALID_VALUE);
    }
    LEAVE(cuIpcOpenMemHandle_v2, open_token(address, &handle));
}

EXPORTED CUresult cuIpcCloseMemHandle(CUdeviceptr address) {
    ENTER(cuIpcCloseMemHandle, NEEDS_CONTEXT);
    struct range *range = range_from(address, IMPORTED);
    if (range == NULL) {
        LEAVE(cuIpcCloseMemHandle, CUDA_ERROR_INVALID_VALUE);
    }
    if (--range->opened == 0) {
        range_end(range, "cuIpcCloseMemHandle");
    }
    LEAVE(cuIpcCloseMemHandle, CUDA_SUCCESS);
}
