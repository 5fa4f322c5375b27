/* Checks of the beginning, of devices, of contexts, and of faults, counts and prices. */
#include <pthread.h>

#include "smoke.h"

static CUresult init_with(const char *key, const char *value) {
    emulated_cuda_reset();
    CHECK(emulated_cuda_configure(key, value) == 0);
    return cuInit(0);
}

static void visible(void) {
    int count = 0;
    CUuuid uuid;
    emulated_cuda_reset();
    emulated_cuda_configure("DEVICES", "3");
    emulated_cuda_configure("CUDA_VISIBLE_DEVICES", "2,0,7,1");
    OK(cuInit(0));
    OK(cuDeviceGetCount(&count));
    CHECK(count == 2);
    OK(cuDeviceGetUuid_v2(&uuid, 0));
    CHECK(uuid.bytes[15] == 3);
    emulated_cuda_reset();
    emulated_cuda_configure("DEVICES", "3");
    emulated_cuda_configure("CUDA_VISIBLE_DEVICES", "GPU-51554152-5259-4544-8000-000000000002");
    OK(cuInit(0));
    OK(cuDeviceGetCount(&count));
    OK(cuDeviceGetUuid_v2(&uuid, 0));
    CHECK(count == 1 && uuid.bytes[15] == 2);
    IS(CUDA_ERROR_NO_DEVICE, init_with("CUDA_VISIBLE_DEVICES", ""));
    IS(CUDA_ERROR_NOT_INITIALIZED, cuDeviceGetCount(&count));
}

static void answers(void) {
    int value = 0;
    char text[64];
    size_t bytes = 0;
    begin("eager", "2");
    OK(cuDriverGetVersion(&value));
    CHECK(value >= 11040);
    OK(cuDeviceGetName(text, sizeof text, 1));
    CHECK(strcmp(text, "Emulated CUDA device") == 0);
    OK(cuDeviceGetName(text, 5, 1));
    CHECK(strcmp(text, "Emul") == 0);
    OK(cuDeviceGetPCIBusId(text, sizeof text, 1));
    CHECK(strcmp(text, "0000:02:00.0") == 0);
    IS(CUDA_ERROR_INVALID_VALUE, cuDeviceGetPCIBusId(text, 12, 1));
    OK(cuDeviceTotalMem_v2(&bytes, 0));
    CHECK(bytes == 16ull << 30);
    IS(CUDA_ERROR_INVALID_DEVICE, cuDeviceTotalMem_v2(&bytes, 2));
    OK(cuDeviceGetAttribute(&value, 102, 0));
    CHECK(value == 1);
    OK(cuDeviceGetAttribute(&value, 75, 0));
    CHECK(value == 8);
    IS(CUDA_ERROR_INVALID_VALUE, cuDeviceGetAttribute(&value, 5000, 0));
    IS(CUDA_ERROR_INVALID_DEVICE, cuDeviceGetAttribute(&value, 1, -1));
    const char *name = NULL;
    OK(cuGetErrorName(CUDA_ERROR_OUT_OF_MEMORY, &name));
    CHECK(strcmp(name, "CUDA_ERROR_OUT_OF_MEMORY") == 0);
    OK(cuGetErrorString(CUDA_ERROR_NO_DEVICE, &name));
    CHECK(strlen(name) > 5);
    IS(CUDA_ERROR_INVALID_VALUE, cuGetErrorName(12345, &name));
    CHECK(name == NULL);
    finish();
}

void smoke_devices(void) {
    int count = 0;
    emulated_cuda_reset();
    IS(CUDA_ERROR_NOT_INITIALIZED, cuDeviceGetCount(&count));
    IS(CUDA_ERROR_NOT_INITIALIZED, cuCtxSynchronize());
    IS(CUDA_ERROR_INVALID_VALUE, cuInit(1));
    IS(802, init_with("INIT", "802"));
    IS(CUDA_ERROR_NO_DEVICE, init_with("DEVICES", "0"));
    CHECK(emulated_cuda_configure("NO_SUCH_KEY", "1") == 1);
    visible();
    answers();
    begin_with("eager", "1", "VMM", "0");
    OK(cuDeviceGetAttribute(&count, 102, 0));
    CHECK(count == 0);
    CUdeviceptr range = 0;
    IS(CUDA_ERROR_NOT_SUPPORTED, cuMemAddressReserve(&range, 2 * MIB, 0, 0, 0));
    finish();
}

static void *other_thread(void *context) {
    CUcontext current = context;
    size_t free_bytes = 0;
    size_t total = 0;
    OK(cuCtxGetCurrent(&current));
    CHECK(current == NULL);
    CHECK(emulated_cuda_context_depth() == 0);
    IS(CUDA_ERROR_INVALID_CONTEXT, cuMemGetInfo_v2(&free_bytes, &total));
    OK(cuCtxSetCurrent(context));
    OK(cuMemGetInfo_v2(&free_bytes, &total));
    OK(cuCtxSetCurrent(NULL));
    return NULL;
}

static void peers(CUcontext here, CUcontext there) {
    int can = 0;
    OK(cuDeviceCanAccessPeer(&can, 0, 1));
    CHECK(can == 1);
    OK(cuDeviceGetP2PAttribute(&can, CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, 0, 1));
    CHECK(can == 1);
    IS(CUDA_ERROR_INVALID_DEVICE, cuDeviceGetP2PAttribute(&can, 2, 0, 0));
    OK(cuCtxEnablePeerAccess(there, 0));
    IS(CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, cuCtxEnablePeerAccess(there, 0));
    IS(CUDA_ERROR_INVALID_CONTEXT, cuCtxEnablePeerAccess(here, 0));
    OK(cuCtxDisablePeerAccess(there));
    IS(CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, cuCtxDisablePeerAccess(there));
}

void smoke_contexts(void) {
    CUcontext here = begin("lazy", "2");
    CUcontext there = NULL;
    CUcontext got = NULL;
    int device = -1;
    OK(cuDevicePrimaryCtxRetain(&there, 1));
    CHECK(here != there);
    OK(cuCtxPushCurrent_v2(there));
    CHECK(emulated_cuda_context_depth() == 2);
    OK(cuCtxGetDevice(&device));
    CHECK(device == 1);
    OK(cuCtxPopCurrent_v2(&got));
    CHECK(got == there);
    OK(cuCtxGetCurrent(&got));
    CHECK(got == here);
    IS(CUDA_ERROR_INVALID_CONTEXT, cuCtxPushCurrent_v2((CUcontext)0x1234));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, other_thread, here) == 0);
    pthread_join(thread, NULL);
    peers(here, there);
    CHECK(emulated_cuda_open_handles("contexts") == 2);
    OK(cuDevicePrimaryCtxRelease_v2(1));
    IS(CUDA_ERROR_INVALID_CONTEXT, cuDevicePrimaryCtxRelease_v2(1));
    IS(CUDA_ERROR_INVALID_CONTEXT, cuCtxSetCurrent(there));
    finish();
    CUdeviceptr address = 0;
    IS(CUDA_ERROR_CONTEXT_IS_DESTROYED, cuMemAlloc_v2(&address, 512));
    begin("lazy", "1");
    allocate(100);
    new_stream();
    new_event();
    OK(cuDevicePrimaryCtxRelease_v2(0));
    CHECK(emulated_cuda_open_handles("abandoned") == 3);
    CHECK(emulated_cuda_open_handles("no such kind") == -1);
}

static void lost(void) {
    begin("lazy", "2");
    CUstream stream = new_stream();
    CUdeviceptr address = allocate(1024);
    void *pinned = NULL;
    OK(cuMemHostAlloc(&pinned, 1024, 0));
    memset(pinned, 7, 1024);
    OK(cuMemsetD8Async(address, 1, 1024, stream));
    CHECK(emulated_cuda_lose_device(0) == 0);
    IS(CUDA_ERROR_LAUNCH_FAILED, cuStreamSynchronize(stream));
    IS(CUDA_ERROR_LAUNCH_FAILED, cuCtxSynchronize());
    CUdeviceptr more = 0;
    IS(CUDA_ERROR_LAUNCH_FAILED, cuMemAlloc_v2(&more, 512));
    IS(CUDA_ERROR_LAUNCH_FAILED, cuMemFree_v2(address));
    IS(CUDA_ERROR_LAUNCH_FAILED, cuStreamDestroy_v2(stream));
    CHECK(((char *)pinned)[1023] == 7);
    CHECK(emulated_cuda_open_handles("streams") == 0);
    CUcontext other = NULL;
    OK(cuDevicePrimaryCtxRetain(&other, 1));
    OK(cuCtxSetCurrent(other));
    stream = new_stream();
    OK(cuStreamSynchronize(stream));
    IS(CUDA_ERROR_LAUNCH_FAILED, cuDevicePrimaryCtxRelease_v2(0));
}

void smoke_faults(void) {
    begin_with("eager", "1", "COSTS", "cuMemCreate=60000+1000/MiB,cuMemAlloc_v2=5000");
    CUdeviceptr address = 0;
    double before = emulated_cuda_modelled_micros();
    long calls = emulated_cuda_calls("cuMemAlloc_v2");
    CHECK(emulated_cuda_fail("cuMemAlloc_v2", 2, 2) == 0);
    OK(cuMemAlloc_v2(&address, 512));
    CUdeviceptr second = 0;
    IS(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc_v2(&second, 512));
    CHECK(second == 0);
    OK(cuMemAlloc_v2(&second, 512));
    CHECK(emulated_cuda_calls("cuMemAlloc_v2") == calls + 3);
    CHECK(emulated_cuda_calls("no such function") == -1);
    CHECK(emulated_cuda_modelled_micros() - before == 10.0);
    CUmemAllocationProp properties = {0};
    properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    CUmemGenericAllocationHandle handle = 0;
    OK(cuMemCreate(&handle, 4 * MIB, &properties, 0));
    CHECK(emulated_cuda_modelled_micros() - before == 10.0 + 64.0);
    OK(cuMemRelease(handle));
    CHECK(emulated_cuda_fail(NULL, 1, 999) == 0);
    const char *name = NULL;
    OK(cuGetErrorName(1, &name));
    IS(999, cuMemFree_v2(address));
    CHECK(emulated_cuda_fail("*", 1, 999) == 0);
    CHECK(emulated_cuda_fail(NULL, 0, 0) == 0);
    CHECK(emulated_cuda_fail("no such function", 1, 1) == 1);
    OK(cuMemFree_v2(address));
    OK(cuMemFree_v2(second));
    finish();
    emulated_cuda_reset();
    emulated_cuda_configure("FAIL", "cuDeviceGetCount:2:3,cuDeviceGet:1:101");
    OK(cuInit(0));
    int count = 0;
    OK(cuDeviceGetCount(&count));
    IS(3, cuDeviceGetCount(&count));
    IS(101, cuDeviceGet(&count, 0));
    lost();
    begin_with("eager", "1", "NULL", "1");
    OK(cuMemAlloc_v2(&address, 512));
    OK(cuMemAlloc_v2(&second, 512));
    CHECK(address == second && emulated_cuda_calls("cuMemAlloc_v2") == 0);
    OK(cuMemFree_v2(address));
    finish();
}
