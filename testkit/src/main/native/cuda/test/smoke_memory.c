/* Checks of device memory, pinned and registered memory, and managed memory. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "smoke.h"

/* Returns whether a process that reads a byte dies of it. */
static bool is_fatal(CUdeviceptr address) {
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        volatile char byte = *(volatile char *)address;
        _exit(byte == 0 ? 0 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static void budget(void) {
    size_t available = 0;
    size_t total = 0;
    CUdeviceptr all = allocate(16 * MIB);
    CUdeviceptr more = 0;
    CHECK(emulated_cuda_live_bytes(0) == (long)(16 * MIB));
    IS(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc_v2(&more, 1));
    OK(cuMemFree_v2(all));
    CHECK(emulated_cuda_use_elsewhere(0, (long)(10 * MIB)) == 0);
    OK(cuMemGetInfo_v2(&available, &total));
    CHECK(available == 6 * MIB && total == 16 * MIB);
    IS(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc_v2(&more, 6 * MIB + 1));
    CHECK(emulated_cuda_use_elsewhere(0, 0) == 0);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAlloc_v2(&more, 0));
}

static void stale(void) {
    CUstream stream = new_stream();
    CUdeviceptr first = allocate(1000);
    CUdeviceptr base = 0;
    size_t bytes = 0;
    CHECK(first % 512 == 0);
    CHECK(is_fatal(first));
    OK(cuMemGetAddressRange_v2(&base, &bytes, first + 999));
    CHECK(base == first && bytes == 1000);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(first, 1, 1001, stream));
    OK(cuMemsetD8Async(first, 1, 1000, stream));
    OK(cuStreamSynchronize(stream));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemFree_v2(first + 512));
    OK(cuMemFree_v2(first));
    CUdeviceptr later = first;
    for (int i = 0; i < 5; i++) {
        CUdeviceptr next = allocate(1000);
        CHECK(next > later);
        later = next;
        OK(cuMemFree_v2(next));
    }
    allocate(1000);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemFree_v2(first));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(first, 1, 1, stream));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemGetAddressRange_v2(&base, &bytes, first));
    OK(cuStreamDestroy_v2(stream));
}

static void copies(void) {
    CUstream stream = new_stream();
    unsigned char *pageable = malloc(MIB);
    unsigned char back[4] = {0};
    CUdeviceptr device = allocate(2 * MIB);
    memset(pageable, 5, MIB);
    OK(cuMemcpyHtoDAsync_v2(device, pageable, 1000, stream));
    /* Small pageable copies have been read when the call returns. */
    memset(pageable, 6, MIB);
    IS(CUDA_ERROR_NOT_READY, cuStreamQuery(stream));
    OK(cuMemcpyHtoDAsync_v2(device + MIB, pageable, MIB, stream));
    OK(cuStreamQuery(stream));
    memset(pageable, 0, MIB);
    CHECK(peek(device + 999, stream) == 5);
    CHECK(peek(device + 2 * MIB - 1, stream) == 6);
    OK(cuMemcpyDtoDAsync_v2(device, device + MIB, 1000, stream));
    OK(cuMemcpyAsync((CUdeviceptr)back, device + 996, 4, stream));
    CHECK(back[0] == 6 && back[3] == 6);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemcpyHtoDAsync_v2(device, (void *)device, 4, stream));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemcpyDtoHAsync_v2((void *)device, device, 4, stream));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemcpyDtoDAsync_v2(device, (CUdeviceptr)pageable, 4, stream));
    IS(CUDA_ERROR_INVALID_HANDLE, cuMemsetD8Async(device, 1, 1, (CUstream)0x4000));
    OK(cuStreamSynchronize(stream));
    OK(cuMemFree_v2(device));
    OK(cuStreamDestroy_v2(stream));
    free(pageable);
}

static void pinned(void) {
    unsigned char *host = NULL;
    CUdeviceptr same = 0;
    CUstream stream = new_stream();
    OK(cuMemHostAlloc((void **)&host, 5000, CU_MEMHOSTALLOC_PORTABLE));
    host[4999] = 1;
    OK(cuMemHostGetDevicePointer_v2(&same, host, 0));
    CHECK(same == (CUdeviceptr)host);
    OK(cuMemsetD8Async(same, 9, 5000, stream));
    CHECK(host[4999] == 1);
    OK(cuStreamSynchronize(stream));
    CHECK(host[4999] == 9 && host[0] == 9);
    unsigned char *own = malloc(100000);
    OK(cuMemHostRegister_v2(own, 100000, 0));
    IS(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, cuMemHostRegister_v2(own + 10, 5, 0));
    IS(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, cuMemHostRegister_v2(host, 5, 0));
    IS(CUDA_ERROR_NOT_SUPPORTED, cuMemHostRegister_v2(own, 5, CU_MEMHOSTREGISTER_READ_ONLY));
    IS(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, cuMemHostUnregister(own + 1));
    CHECK(emulated_cuda_open_handles("registrations") == 1);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemcpyHtoDAsync_v2(same, own + 99990, 11, stream));
    OK(cuMemcpyHtoDAsync_v2(same, own, 5000, stream));
    own[0] = 77;
    OK(cuStreamSynchronize(stream));
    /* Registered memory is read when the copy runs. */
    CHECK(host[0] == 77);
    OK(cuMemHostUnregister(own));
    free(own);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemFreeHost(host + 1));
    OK(cuMemFreeHost(host));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemFreeHost(host));
    CHECK(is_fatal(same));
    OK(cuStreamDestroy_v2(stream));
}

static void attributes(void) {
    CUdeviceptr address = allocate(4096);
    unsigned type = 0;
    int ordinal = -1;
    size_t bytes = 0;
    CUdeviceptr start = 0;
    uint64_t id = 0;
    OK(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address + 5));
    CHECK(type == CU_MEMORYTYPE_DEVICE);
    OK(cuPointerGetAttribute(&ordinal, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, address));
    CHECK(ordinal == 0);
    OK(cuPointerGetAttribute(&bytes, CU_POINTER_ATTRIBUTE_RANGE_SIZE, address + 5));
    OK(cuPointerGetAttribute(&start, CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, address + 5));
    CHECK(bytes == 4096 && start == address);
    OK(cuPointerGetAttribute(&id, CU_POINTER_ATTRIBUTE_BUFFER_ID, address));
    CHECK(id != 0);
    IS(CUDA_ERROR_INVALID_VALUE, cuPointerGetAttribute(&start, CU_POINTER_ATTRIBUTE_HOST_POINTER, address));
    IS(CUDA_ERROR_INVALID_VALUE, cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, (CUdeviceptr)&type));
    OK(cuMemFree_v2(address));
    IS(CUDA_ERROR_INVALID_VALUE, cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address));
}

void smoke_memory(void) {
    CUdeviceptr huge = 0;
    begin_with("lazy", "1", "MEMORY", "16777216");
    budget();
    finish();
    begin_with("lazy", "1", "SOIL", "0");
    huge = allocate(100000);
    CHECK(peek(huge, NULL) == 0);
    OK(cuMemsetD8Async(huge, 9, 100000, NULL));
    OK(cuStreamSynchronize(NULL));
    OK(cuMemFree_v2(huge));
    /* The same bytes, which lose what was in them. */
    huge = allocate(100000);
    CHECK(peek(huge + 50000, NULL) == 0);
    OK(cuMemFree_v2(huge));
    finish();
    begin("lazy", "1");
    stale();
    CHECK(emulated_cuda_open_handles("allocations") == 1);
    begin_with("lazy", "1", "MEMORY", "85899345920");
    CUdeviceptr fresh = allocate(100000);
    CHECK(peek(fresh, NULL) != 0 && peek(fresh + 99999, NULL) != 0 && peek(fresh + 50000, NULL) == 0);
    OK(cuMemFree_v2(fresh));
    fresh = allocate(100);
    CHECK(peek(fresh + 36, NULL) != 0);
    OK(cuMemFree_v2(fresh));
    copies();
    pinned();
    attributes();
    /* More than the machine has: nothing touches it. */
    OK(cuMemAlloc_v2(&huge, 79ull << 30));
    OK(cuMemsetD8Async(huge + (78ull << 30), 3, 100, NULL));
    CHECK(peek(huge + (78ull << 30) + 99, NULL) == 3);
    CHECK(peek(huge + (78ull << 30) + 100, NULL) == 0);
    OK(cuMemFree_v2(huge));
    finish();
}

static void prefetch(CUdeviceptr managed, CUstream stream) {
    int location = 5;
    int accessors[3] = {0};
    OK(cuMemRangeGetAttribute(&location, 4, CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION, managed, 10000));
    CHECK(location == CU_DEVICE_INVALID);
    OK(cuMemPrefetchAsync(managed, 10000, 1, stream));
    OK(cuMemRangeGetAttribute(&location, 4, CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION, managed, 10000));
    CHECK(location == 1);
    OK(cuMemAdvise(managed, 10000, CU_MEM_ADVISE_SET_ACCESSED_BY, CU_DEVICE_CPU));
    OK(cuMemAdvise(managed, 10000, CU_MEM_ADVISE_SET_ACCESSED_BY, 1));
    OK(cuMemRangeGetAttribute(accessors, 12, CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY, managed, 10000));
    CHECK(accessors[0] == 1 && accessors[1] == CU_DEVICE_CPU && accessors[2] == CU_DEVICE_INVALID);
    OK(cuMemAdvise(managed, 10000, CU_MEM_ADVISE_SET_READ_MOSTLY, 0));
    OK(cuMemRangeGetAttribute(&location, 4, CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY, managed, 10000));
    CHECK(location == 1);
    IS(CUDA_ERROR_INVALID_DEVICE, cuMemPrefetchAsync(managed, 10000, 2, stream));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemPrefetchAsync(managed, 10001, 1, stream));
#ifndef OLD_DRIVER
    CUmemLocation host = {CU_MEM_LOCATION_TYPE_HOST, 0};
    OK(cuMemPrefetchAsync_v2(managed, 10000, host, 0, stream));
    OK(cuMemRangeGetAttribute(&location, 4, CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE, managed, 10000));
    CHECK(location == CU_MEM_LOCATION_TYPE_HOST);
    OK(cuMemAdvise_v2(managed, 10000, CU_MEM_ADVISE_SET_PREFERRED_LOCATION, host));
    OK(cuMemRangeGetAttribute(&location, 4, CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION, managed, 10000));
    CHECK(location == CU_DEVICE_CPU);
#endif
    OK(cuStreamSynchronize(stream));
}

void smoke_managed(void) {
    begin("lazy", "2");
    CUdeviceptr managed = 0;
    CUstream stream = new_stream();
    char is_managed = 0;
    OK(cuMemAllocManaged(&managed, 10000, CU_MEM_ATTACH_GLOBAL));
    memset((void *)managed, 4, 10000);
    OK(cuPointerGetAttribute(&is_managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, managed));
    CHECK(is_managed == 1);
    OK(cuMemsetD8Async(managed, 8, 5000, stream));
    OK(cuStreamSynchronize(stream));
    CHECK(((char *)managed)[4999] == 8 && ((char *)managed)[5000] == 4);
    prefetch(managed, stream);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAllocManaged(&managed, 10000, 3));
    OK(cuMemFree_v2(managed));
    OK(cuStreamDestroy_v2(stream));
    finish();
    begin_with("lazy", "1", "MANAGED", "0");
    IS(CUDA_ERROR_NOT_SUPPORTED, cuMemAllocManaged(&managed, 10000, CU_MEM_ATTACH_GLOBAL));
    finish();
}
