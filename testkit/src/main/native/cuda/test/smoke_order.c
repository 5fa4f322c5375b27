/* Checks of capture, of hazards, and of stream-ordered pools. */
#include <stdio.h>

#include "smoke.h"

static CUgraph end_capture(CUstream stream, CUresult expected) {
    CUgraph graph = NULL;
    IS(expected, cuStreamEndCapture(stream, &graph));
    CHECK((graph != NULL) == (expected == CUDA_SUCCESS));
    return graph;
}

static void capture(void) {
    CUstream stream = new_stream();
    CUstream fork = new_stream();
    CUevent event = new_event();
    CUevent outside = new_event();
    CUdeviceptr block = allocate(512);
    CUdeviceptr more = 0;
    int status = -1;
    IS(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamBeginCapture_v2(NULL, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    IS(CUDA_ERROR_ILLEGAL_STATE, cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(cuStreamIsCapturing(stream, &status));
    CHECK(status == CU_STREAM_CAPTURE_STATUS_ACTIVE);
    OK(cuMemsetD8Async(block, 9, 512, stream));
    OK(cuEventRecord(event, stream));
    IS(CUDA_ERROR_CAPTURED_EVENT, cuEventQuery(event));
    OK(cuStreamWaitEvent(fork, event, 0));
    OK(cuStreamIsCapturing(fork, &status));
    CHECK(status == CU_STREAM_CAPTURE_STATUS_ACTIVE);
    OK(cuEventRecord(event, fork));
    OK(cuStreamWaitEvent(stream, event, 0));
    OK(cuMemAlloc_v2(&more, 512));
    OK(cuMemFree_v2(more));
    OK(cuGraphDestroy(end_capture(stream, CUDA_SUCCESS)));
    CHECK(peek(block, stream) != 9);
    /* Work that does not come back. */
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(cuEventRecord(event, stream));
    OK(cuStreamWaitEvent(fork, event, 0));
    OK(cuMemsetD8Async(block, 9, 512, fork));
    end_capture(stream, CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(cuEventRecord(event, stream));
    OK(cuStreamWaitEvent(fork, event, 0));
    OK(cuEventRecord(event, fork));
    OK(cuStreamWaitEvent(stream, event, 0));
    OK(cuMemsetD8Async(block, 9, 512, fork));
    end_capture(stream, CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    /* Waiting on the host for what is captured. */
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    IS(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamSynchronize(stream));
    OK(cuStreamIsCapturing(stream, &status));
    CHECK(status == CU_STREAM_CAPTURE_STATUS_INVALIDATED);
    IS(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuMemsetD8Async(block, 9, 512, stream));
    end_capture(stream, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    /* A dependency on what is not captured. */
    OK(cuEventRecord(outside, fork));
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    IS(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, cuStreamWaitEvent(stream, outside, 0));
    end_capture(stream, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    OK(cuCtxSynchronize());
    OK(cuMemFree_v2(block));
    OK(cuEventDestroy_v2(event));
    OK(cuEventDestroy_v2(outside));
    OK(cuStreamDestroy_v2(stream));
    OK(cuStreamDestroy_v2(fork));
}

static void capture_modes(void) {
    CUstream stream = NULL;
    CUdeviceptr address = 0;
    int mode = CU_STREAM_CAPTURE_MODE_RELAXED;
    int status = -1;
    OK(cuStreamCreate(&stream, CU_STREAM_DEFAULT));
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
    OK(cuThreadExchangeStreamCaptureMode(&mode));
    CHECK(mode == CU_STREAM_CAPTURE_MODE_GLOBAL);
    OK(cuMemAlloc_v2(&address, 512));
    OK(cuThreadExchangeStreamCaptureMode(&mode));
    OK(cuStreamIsCapturing(stream, &status));
    CHECK(status == CU_STREAM_CAPTURE_STATUS_ACTIVE);
    /* The null stream depends on blocking streams. */
    IS(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, cuStreamIsCapturing(CU_STREAM_LEGACY, &status));
    IS(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuMemFree_v2(address));
    end_capture(stream, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
    IS(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, cuMemsetD8Async(address, 1, 1, NULL));
    end_capture(stream, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    IS(CUDA_ERROR_ILLEGAL_STATE, cuStreamEndCapture(stream, &(CUgraph){NULL}));
    OK(cuMemFree_v2(address));
    OK(cuStreamDestroy_v2(stream));
}

void smoke_capture(void) {
    begin("lazy", "1");
    capture();
    capture_modes();
    finish();
}

/* Counts the hazards since the last count. */
static long new_hazards(void) {
    static long before;
    long now = emulated_cuda_hazards();
    long more = now < before ? now : now - before;
    before = now;
    return more;
}

static void hazards(const char *schedule) {
    begin(schedule, "1");
    new_hazards();
    CUstream first = new_stream();
    CUstream second = new_stream();
    CUevent event = new_event();
    CUdeviceptr block = allocate(4096);
    OK(cuMemsetD8Async(block, 1, 2048, first));
    OK(cuMemsetD8Async(block + 2048, 1, 2048, second));
    CHECK(new_hazards() == 0);
    /* Two reads are none; a write after them is one for each that is not ordered. */
    OK(cuEventRecord(event, first));
    OK(cuStreamWaitEvent(second, event, 0));
    OK(cuMemcpyDtoDAsync_v2(block + 3000, block, 500, second));
    CHECK(new_hazards() == 0);
    OK(cuMemcpyDtoDAsync_v2(block + 1000, block + 500, 100, first));
    CHECK(new_hazards() == 0);
    OK(cuMemsetD8Async(block + 499, 2, 1, first));
    CHECK(new_hazards() == 1);
    CHECK(emulated_cuda_hazard_text(0) != NULL && strstr(emulated_cuda_hazard_text(0), "nothing orders") != NULL);
    CHECK(emulated_cuda_hazard_text(1) == NULL && emulated_cuda_hazard_text(-1) == NULL);
    /* What the host has waited for is ordered before all that it enqueues then. */
    OK(cuStreamSynchronize(second));
    OK(cuMemsetD8Async(block + 3000, 2, 1000, first));
    CHECK(new_hazards() == 0);
    OK(cuMemsetD8Async(block + 3999, 2, 1, second));
    CHECK(new_hazards() == 1);
    /* Memory that goes while work on it is not known to be complete. */
    OK(cuMemFree_v2(block));
    CHECK(new_hazards() == 1);
    /* What had not run yet finds nothing. */
    OK(cuCtxSynchronize());
    CHECK((new_hazards() > 0) == (strcmp(schedule, "eager") != 0));
    block = allocate(512);
    OK(cuMemsetD8Async(block, 2, 1, first));
    OK(cuEventRecord(event, first));
    OK(cuEventSynchronize(event));
    OK(cuMemFree_v2(block));
    CHECK(new_hazards() == 0);
    block = allocate(512);
    OK(cuMemsetD8Async(block, 2, 1, first));
    OK(cuEventRecord(event, first));
    emulated_cuda_advance_all();
    OK(cuEventQuery(event));
    OK(cuMemFree_v2(block));
    CHECK(new_hazards() == 0);
    OK(cuEventDestroy_v2(event));
    OK(cuStreamDestroy_v2(first));
    OK(cuStreamDestroy_v2(second));
}

static void unmapped_too_early(void) {
    begin("lazy", "1");
    new_hazards();
    CUmemAllocationProp properties = {0};
    CUmemAccessDesc access = {{CU_MEM_LOCATION_TYPE_DEVICE, 0}, CU_MEM_ACCESS_FLAGS_PROT_READWRITE};
    CUmemGenericAllocationHandle handle = 0;
    CUdeviceptr range = 0;
    properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    OK(cuMemAddressReserve(&range, 2 * MIB, 0, 0, 0));
    OK(cuMemCreate(&handle, 2 * MIB, &properties, 0));
    OK(cuMemMap(range, 2 * MIB, 0, handle, 0));
    OK(cuMemSetAccess(range, 2 * MIB, &access, 1));
    CUstream stream = new_stream();
    OK(cuMemsetD8Async(range, 1, 100, stream));
    OK(cuMemUnmap(range, 2 * MIB));
    CHECK(new_hazards() == 1);
    /* The work runs on nothing. */
    OK(cuStreamSynchronize(stream));
    CHECK(new_hazards() == 1);
    OK(cuStreamDestroy_v2(stream));
}

/* Streams come and go: what a new one does must not look ordered behind an old one's work. */
static void many_streams(const char *schedule) {
    begin(schedule, "1");
    new_hazards();
    CUdeviceptr block = allocate(512);
    for (int round = 0; round < 100; round++) {
        CUstream stream = new_stream();
        OK(cuMemsetD8Async(block, 1, 512, stream));
        OK(cuStreamDestroy_v2(stream));
        CHECK(new_hazards() == (round == 0 || round % 10 == 0 ? 0 : 1));
        if (round % 10 == 9) {
            OK(cuCtxSynchronize());
        }
    }
    OK(cuMemFree_v2(block));
    CHECK(new_hazards() == 0);
}

/* What a destroyed stream did is known after a wait for the whole context, and ordered before the null stream. */
static void ended_streams(const char *schedule) {
    begin(schedule, "1");
    new_hazards();
    CUdeviceptr block = allocate(512);
    CUstream stream = NULL;
    OK(cuStreamCreate(&stream, CU_STREAM_DEFAULT));
    OK(cuMemsetD8Async(block, 1, 512, stream));
    OK(cuStreamDestroy_v2(stream));
    stream = new_stream();
    OK(cuMemsetD8Async(block, 2, 512, NULL));
    CHECK(new_hazards() == 0);
    OK(cuMemsetD8Async(block, 3, 512, stream));
    CHECK(new_hazards() == 1);
    OK(cuStreamDestroy_v2(stream));
    OK(cuCtxSynchronize());
    OK(cuMemFree_v2(block));
    CHECK(new_hazards() == 0);
    /* To wait for an empty null stream is not to wait for others. */
    block = allocate(512);
    OK(cuStreamCreate(&stream, CU_STREAM_DEFAULT));
    OK(cuMemsetD8Async(block, 1, 512, stream));
    OK(cuStreamSynchronize(NULL));
    OK(cuMemFree_v2(block));
    CHECK(new_hazards() == 1);
    OK(cuStreamDestroy_v2(stream));
}

void smoke_hazards(void) {
    ended_streams("eager");
    ended_streams("lazy");
    hazards("eager");
    hazards("lazy");
    hazards("manual");
    unmapped_too_early();
    many_streams("lazy");
    many_streams("eager");
}

static uint64_t attribute(CUmemoryPool pool, int number) {
    uint64_t value = 0;
    OK(cuMemPoolGetAttribute(pool, number, &value));
    return value;
}

static void reuse_in_order(CUmemoryPool pool) {
    CUstream first = new_stream();
    CUstream second = new_stream();
    CUevent event = new_event();
    CUdeviceptr one = 0;
    CUdeviceptr two = 0;
    CUdeviceptr three = 0;
    OK(cuMemAllocAsync(&one, 10000, first));
    OK(cuMemsetD8Async(one, 1, 10000, first));
    OK(cuMemFreeAsync(one, first));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemFreeAsync(one, first));
    OK(cuMemAllocAsync(&two, 10000, first));
    CHECK(two == one);
    OK(cuMemsetD8Async(two, 2, 10000, first));
    OK(cuMemFreeAsync(two, first));
    /* Another stream does not know of the free. */
    OK(cuMemAllocAsync(&three, 10000, second));
    CHECK(three != one);
    OK(cuMemFreeAsync(three, second));
    OK(cuEventRecord(event, first));
    OK(cuStreamWaitEvent(second, event, 0));
    OK(cuMemAllocFromPoolAsync(&three, 10000, pool, second));
    CHECK(three == one || three != 0);
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_USED_MEM_CURRENT) == 10240);
    CHECK(emulated_cuda_open_handles("allocations") == 1);
    OK(cuMemFreeAsync(three, second));
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT) == 2 * 10240);
    uint64_t threshold = 15000;
    OK(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold));
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD) == 15000);
    OK(cuCtxSynchronize());
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT) == 10240);
    OK(cuMemPoolTrimTo(pool, 0));
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT) == 0);
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH) == 2 * 10240);
    uint64_t zero = 0;
    OK(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH, &zero));
    CHECK(attribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH) == 0);
    CHECK(emulated_cuda_hazards() == 0);
    /* Order within a stream needs no leave. */
    int no = 0;
    OK(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES, &no));
    OK(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC, &no));
    OK(cuMemAllocAsync(&one, 10000, first));
    OK(cuMemFreeAsync(one, first));
    OK(cuMemAllocAsync(&two, 10000, first));
    CHECK(two == one);
    OK(cuMemFreeAsync(two, first));
    /* Use behind the free. */
    OK(cuMemAllocAsync(&one, 10000, first));
    OK(cuMemFreeAsync(one, first));
    OK(cuMemsetD8Async(one, 1, 1, second));
    CHECK(emulated_cuda_hazards() == 1);
    OK(cuEventDestroy_v2(event));
    OK(cuStreamDestroy_v2(first));
    OK(cuStreamDestroy_v2(second));
}

void smoke_pools(void) {
    begin("lazy", "1");
    CUmemoryPool pool = NULL;
    CUmemoryPool own = NULL;
    CUmemPoolProps properties = {0};
    CUdeviceptr address = 0;
    OK(cuDeviceGetDefaultMemPool(&pool, 0));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemPoolDestroy(pool));
    reuse_in_order(pool);
    properties.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
    properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    properties.maxSize = MIB;
    OK(cuMemPoolCreate(&own, &properties));
    IS(CUDA_ERROR_OUT_OF_MEMORY, cuMemAllocFromPoolAsync(&address, MIB + 1, own, NULL));
    CUstream stream = new_stream();
    CUstream second = new_stream();
    OK(cuMemAllocFromPoolAsync(&address, MIB, own, stream));
    OK(cuMemsetD8Async(address, 1, MIB, stream));
    OK(cuMemFreeAsync(address, stream));
    /* Full: the allocation waits for the free on the device. */
    OK(cuMemAllocFromPoolAsync(&address, MIB, own, second));
    OK(cuMemsetD8Async(address, 2, MIB, second));
    CHECK(peek(address, second) == 2 && emulated_cuda_hazards() == 1);
    OK(cuStreamQuery(stream));
    OK(cuMemFreeAsync(address, second));
    OK(cuStreamSynchronize(second));
    OK(cuStreamDestroy_v2(stream));
    OK(cuStreamDestroy_v2(second));
    OK(cuMemAllocFromPoolAsync(&address, MIB, own, NULL));
    OK(cuMemPoolDestroy(own));
    IS(CUDA_ERROR_INVALID_VALUE, cuMemPoolTrimTo(own, 0));
    OK(cuMemsetD8Async(address, 1, MIB, NULL));
    OK(cuStreamSynchronize(NULL));
    OK(cuMemFree_v2(address));
    OK(cuCtxSynchronize());
    OK(cuMemPoolTrimTo(pool, 0));
    CHECK(emulated_cuda_live_bytes(0) == 0);
    begin_with("lazy", "1", "POOLS", "0");
    IS(CUDA_ERROR_NOT_SUPPORTED, cuMemAllocAsync(&address, 512, NULL));
    finish();
}
