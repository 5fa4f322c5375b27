/* Checks of sharing between two processes: by token, and by file descriptor. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "smoke.h"

#define PAGE (2 * MIB)

/* What the first process tells the second. */
struct message {
    CUipcMemHandle token;
    pid_t process;
    int file;
};

static CUmemGenericAllocationHandle map_new(CUdeviceptr range, CUmemGenericAllocationHandle handle) {
    CUmemAccessDesc access = {{CU_MEM_LOCATION_TYPE_DEVICE, 0}, CU_MEM_ACCESS_FLAGS_PROT_READWRITE};
    OK(cuMemMap(range, PAGE, 0, handle, 0));
    OK(cuMemSetAccess(range, PAGE, &access, 1));
    return handle;
}

/* The second process reads what the first wrote, and writes for it; returns the number of mistakes. */
static int visit(int from) {
    struct message message;
    int mistakes = 0;
    if (read(from, &message, sizeof message) != sizeof message) {
        return 1;
    }
    begin("lazy", "1");
    CUdeviceptr shared = 0;
    CUdeviceptr again = 0;
    mistakes += cuIpcOpenMemHandle_v2(&shared, message.token, 0) != CUDA_ERROR_INVALID_VALUE;
    mistakes += cuIpcOpenMemHandle_v2(&shared, message.token, CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS) != CUDA_SUCCESS;
    mistakes += cuIpcOpenMemHandle_v2(&again, message.token, CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS) != CUDA_SUCCESS;
    mistakes += shared != again;
    mistakes += peek(shared + 999, NULL) != 11;
    mistakes += cuMemsetD8Async(shared, 12, 1000, NULL) != CUDA_SUCCESS;
    mistakes += cuMemFree_v2(shared) != CUDA_ERROR_INVALID_VALUE;
    mistakes += cuCtxSynchronize() != CUDA_SUCCESS;
    mistakes += cuIpcCloseMemHandle(shared) != CUDA_SUCCESS;
    mistakes += cuIpcCloseMemHandle(shared) != CUDA_SUCCESS;
    mistakes += cuIpcCloseMemHandle(shared) != CUDA_ERROR_INVALID_VALUE;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)message.process, message.file);
    int file = open(path, O_RDWR);
    CUmemGenericAllocationHandle handle = 0;
    CUdeviceptr range = 0;
    mistakes += cuMemImportFromShareableHandle(&handle, (void *)(intptr_t)file, 1) != CUDA_SUCCESS;
    mistakes += cuMemImportFromShareableHandle(&handle, (void *)(intptr_t)from, 1) != CUDA_ERROR_INVALID_VALUE;
    mistakes += cuMemAddressReserve(&range, PAGE, 0, 0, 0) != CUDA_SUCCESS;
    map_new(range, handle);
    mistakes += peek(range, NULL) != 21;
    mistakes += cuMemsetD8Async(range, 22, 1, NULL) != CUDA_SUCCESS;
    mistakes += cuCtxSynchronize() != CUDA_SUCCESS;
    return mistakes;
}

static void prepare(struct message *message, CUdeviceptr *shared, CUdeviceptr *range) {
    CUmemAllocationProp properties = {0};
    CUmemGenericAllocationHandle handle = 0;
    CUmemGenericAllocationHandle closed = 0;
    CUipcMemHandle token;
    begin("lazy", "1");
    *shared = allocate(1000);
    OK(cuMemsetD8Async(*shared, 11, 1000, NULL));
    OK(cuIpcGetMemHandle(&message->token, *shared));
    IS(CUDA_ERROR_INVALID_CONTEXT,
            cuIpcOpenMemHandle_v2(range, message->token, CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS));
    properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    OK(cuMemCreate(&closed, PAGE, &properties, 0));
    properties.requestedHandleTypes = CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR;
    OK(cuMemCreate(&handle, PAGE, &properties, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemExportToShareableHandle(&message->file, closed, 1, 0));
    OK(cuMemRelease(closed));
    OK(cuMemExportToShareableHandle(&message->file, handle, 1, 0));
    OK(cuMemAddressReserve(range, PAGE, 0, 0, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuIpcGetMemHandle(&token, *range));
    map_new(*range, handle);
    IS(CUDA_ERROR_INVALID_VALUE, cuIpcGetMemHandle(&token, *range));
    OK(cuMemRelease(handle));
    OK(cuMemsetD8Async(*range, 21, PAGE, NULL));
    OK(cuCtxSynchronize());
    message->process = getpid();
}

void smoke_sharing(void) {
    int ends[2];
    struct message message;
    CUdeviceptr shared = 0;
    CUdeviceptr range = 0;
    memset(&message, 0, sizeof message);
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        _exit(visit(ends[0]));
    }
    prepare(&message, &shared, &range);
    CHECK(write(ends[1], &message, sizeof message) == sizeof message);
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(peek(shared + 999, NULL) == 12);
    CHECK(peek(range, NULL) == 22 && peek(range + 1, NULL) == 21);
    close(ends[0]);
    close(ends[1]);
    close(message.file);
    OK(cuMemUnmap(range, PAGE));
    OK(cuMemAddressFree(range, PAGE));
    OK(cuMemFree_v2(shared));
    finish();
}
