/* Checks of virtual memory: every documented condition, one after the other. */
#include "smoke.h"

#define PAGE (2 * MIB)

static CUmemAllocationProp properties(int device) {
    CUmemAllocationProp made = {0};
    made.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    made.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    made.location.id = device;
    return made;
}

static CUmemGenericAllocationHandle create(size_t bytes) {
    CUmemAllocationProp device = properties(0);
    CUmemGenericAllocationHandle handle = 0;
    OK(cuMemCreate(&handle, bytes, &device, 0));
    return handle;
}

static CUresult grant(CUdeviceptr address, size_t bytes, int device, int flags) {
    CUmemAccessDesc description = {{CU_MEM_LOCATION_TYPE_DEVICE, device}, flags};
    return cuMemSetAccess(address, bytes, &description, 1);
}

static void refusals(void) {
    CUmemAllocationProp device = properties(0);
    CUmemAllocationProp other = properties(7);
    CUmemAllocationProp host = properties(0);
    CUmemGenericAllocationHandle handle = 0;
    size_t granularity = 0;
    CUdeviceptr address = 0;
    host.location.type = CU_MEM_LOCATION_TYPE_HOST;
    OK(cuMemGetAllocationGranularity(&granularity, &device, CU_MEM_ALLOC_GRANULARITY_MINIMUM));
    CHECK(granularity == PAGE);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemCreate(&handle, PAGE - 1, &device, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemCreate(&handle, 0, &device, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemCreate(&handle, PAGE, &device, 1));
    IS(CUDA_ERROR_INVALID_DEVICE, cuMemCreate(&handle, PAGE, &other, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemCreate(&handle, PAGE, &host, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAddressReserve(&address, PAGE + 1, 0, 0, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAddressReserve(&address, PAGE, 3 * MIB, 0, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemRelease(12345));
    OK(cuMemAddressReserve(&address, PAGE, 64 * MIB, 0, 0));
    CHECK(address % (64 * MIB) == 0);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAddressFree(address, 2 * PAGE));
    OK(cuMemAddressFree(address, PAGE));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAddressFree(address, PAGE));
}

static void mapping(void) {
    CUdeviceptr range = 0;
    CUstream stream = new_stream();
    CUmemGenericAllocationHandle one = create(PAGE);
    CUmemGenericAllocationHandle two = create(2 * PAGE);
    OK(cuMemAddressReserve(&range, 4 * PAGE, 0, 0, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemMap(range, PAGE, PAGE, one, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemMap(range, PAGE, 0, two, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemMap(range + 512, PAGE, 0, one, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemMap(range + 3 * PAGE, 2 * PAGE, 0, two, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemMap(range, PAGE, 0, 999, 0));
    OK(cuMemMap(range, PAGE, 0, one, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemMap(range, PAGE, 0, one, 0));
    OK(cuMemMap(range + PAGE, 2 * PAGE, 0, two, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemAddressFree(range, 4 * PAGE));
    /* Mapped is not accessible. */
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(range, 1, 1, stream));
    IS(CUDA_ERROR_INVALID_VALUE, grant(range, 4 * PAGE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    IS(CUDA_ERROR_INVALID_VALUE, grant(range, 2 * PAGE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    IS(CUDA_ERROR_INVALID_VALUE, grant(range, PAGE, 0, 2));
    IS(CUDA_ERROR_INVALID_DEVICE, grant(range, PAGE, 9, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    OK(grant(range, 3 * PAGE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    /* One copy across two mappings, and none across the end. */
    OK(cuMemsetD8Async(range + PAGE - 10, 7, 20, stream));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(range + 3 * PAGE - 1, 7, 2, stream));
    CHECK(peek(range + PAGE - 10, stream) == 7 && peek(range + PAGE + 9, stream) == 7);
    OK(grant(range, PAGE, 0, CU_MEM_ACCESS_FLAGS_PROT_READ));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(range, 1, 1, stream));
    CHECK(peek(range + PAGE - 1, stream) == 7);
    /* A released handle keeps its memory while it is mapped. */
    OK(cuMemRelease(one));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemRelease(one));
    CHECK(emulated_cuda_live_bytes(0) == (long)(3 * PAGE));
    CHECK(peek(range + PAGE - 1, stream) == 7);
    IS(CUDA_ERROR_INVALID_VALUE, cuMemUnmap(range + PAGE, PAGE));
    OK(cuMemUnmap(range, PAGE));
    CHECK(emulated_cuda_live_bytes(0) == (long)(2 * PAGE));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(range, 1, 1, stream));
    /* Memory that moves keeps its bytes, and loses its access. */
    OK(cuMemUnmap(range + PAGE, 2 * PAGE));
    OK(cuMemMap(range, 2 * PAGE, 0, two, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(range, 1, 1, stream));
    OK(grant(range, 2 * PAGE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    CHECK(peek(range + 9, stream) == 7);
    OK(cuMemUnmap(range, 2 * PAGE));
    OK(cuMemRelease(two));
    CHECK(emulated_cuda_live_bytes(0) == 0);
    OK(cuMemAddressFree(range, 4 * PAGE));
    OK(cuStreamDestroy_v2(stream));
}

static void shared_budget(void) {
    CUmemAllocationProp device = properties(0);
    CUmemGenericAllocationHandle handle = 0;
    CUdeviceptr plain = allocate(13 * MIB);
    IS(CUDA_ERROR_OUT_OF_MEMORY, cuMemCreate(&handle, 2 * PAGE, &device, 0));
    OK(cuMemCreate(&handle, PAGE, &device, 0));
    IS(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc_v2(&plain, 2 * MIB));
    OK(cuMemFree_v2(plain));
    OK(cuMemRelease(handle));
}

static void peers(void) {
    CUdeviceptr range = 0;
    CUcontext other = NULL;
    CUmemGenericAllocationHandle handle = create(PAGE);
    OK(cuDevicePrimaryCtxRetain(&other, 1));
    OK(cuMemAddressReserve(&range, PAGE, 0, 0, 0));
    OK(cuMemMap(range, PAGE, 0, handle, 0));
    OK(grant(range, PAGE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    OK(cuCtxPushCurrent_v2(other));
    CUstream there = new_stream();
    IS(CUDA_ERROR_INVALID_VALUE, cuMemsetD8Async(range, 1, 1, there));
    OK(grant(range, PAGE, 1, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    OK(cuMemsetD8Async(range, 1, 1, there));
    CHECK(peek(range, there) == 1);
    int location = -1;
    OK(cuPointerGetAttribute(&location, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, range));
    CHECK(location == 0);
    OK(cuStreamDestroy_v2(there));
    OK(cuCtxPopCurrent_v2(NULL));
    OK(cuMemUnmap(range, PAGE));
    OK(cuMemRelease(handle));
    OK(cuMemAddressFree(range, PAGE));
    OK(cuDevicePrimaryCtxRelease_v2(1));
}

void smoke_virtual(void) {
    begin("lazy", "2");
    refusals();
    mapping();
    peers();
    finish();
    begin_with("lazy", "1", "MEMORY", "16777216");
    shared_budget();
    finish();
}
