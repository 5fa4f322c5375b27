/* Checks of streams, events and host functions under each schedule. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "smoke.h"

static void lazily(void) {
    begin("lazy", "1");
    CUstream first = new_stream();
    CUstream second = new_stream();
    CUevent event = new_event();
    unsigned char *host = NULL;
    OK(cuMemHostAlloc((void **)&host, 3, 0));
    memset(host, 0, 3);
    CUdeviceptr at = (CUdeviceptr)host;
    OK(cuEventQuery(event));
    OK(cuStreamWaitEvent(second, event, 0));
    OK(cuStreamSynchronize(second));
    OK(cuMemsetD8Async(at, 1, 1, first));
    OK(cuEventRecord(event, first));
    OK(cuMemsetD8Async(at + 1, 1, 1, first));
    OK(cuStreamWaitEvent(second, event, 0));
    OK(cuMemsetD8Async(at + 2, 1, 1, second));
    CHECK(host[0] == 0);
    IS(CUDA_ERROR_NOT_READY, cuEventQuery(event));
    IS(CUDA_ERROR_NOT_READY, cuStreamQuery(first));
    /* The second stream needs the first one only up to the event. */
    OK(cuStreamSynchronize(second));
    CHECK(host[0] == 1 && host[1] == 0 && host[2] == 1);
    OK(cuEventQuery(event));
    /* An event stands for its last recording only. */
    OK(cuEventRecord(event, first));
    IS(CUDA_ERROR_NOT_READY, cuEventQuery(event));
    int queries = 0;
    while (cuEventQuery(event) == CUDA_ERROR_NOT_READY && queries < 1000) {
        queries++;
    }
    CHECK(host[1] == 1 && queries > 64 && queries < 200);
    /* What a destroyed stream had queued still runs. */
    OK(cuMemsetD8Async(at, 2, 1, first));
    OK(cuEventRecord(event, first));
    OK(cuStreamDestroy_v2(first));
    IS(CUDA_ERROR_INVALID_HANDLE, cuStreamSynchronize(first));
    CHECK(host[0] == 1);
    OK(cuEventSynchronize(event));
    CHECK(host[0] == 2);
    OK(cuEventDestroy_v2(event));
    IS(CUDA_ERROR_INVALID_HANDLE, cuEventQuery(event));
    OK(cuStreamDestroy_v2(second));
    OK(cuMemFreeHost(host));
    finish();
}

static void manually(void) {
    begin("manual", "1");
    CUstream stream = new_stream();
    unsigned char *host = NULL;
    OK(cuMemHostAlloc((void **)&host, 3, 0));
    memset(host, 0, 3);
    for (int i = 0; i < 3; i++) {
        OK(cuMemsetD8Async((CUdeviceptr)host + (unsigned)i, 1, 1, stream));
    }
    for (int i = 0; i < 200; i++) {
        IS(CUDA_ERROR_NOT_READY, cuStreamQuery(stream));
    }
    CHECK(host[0] == 0);
    CHECK(emulated_cuda_advance(stream, 2) == 2);
    CHECK(host[1] == 1 && host[2] == 0);
    CHECK(emulated_cuda_advance_all() == 0);
    CHECK(host[2] == 1);
    CHECK(emulated_cuda_advance(stream, 2) == 0);
    CHECK(emulated_cuda_advance((CUstream)0x777, 2) == -1);
    OK(cuCtxSynchronize());
    OK(cuMemFreeHost(host));
    OK(cuStreamDestroy_v2(stream));
    finish();
}

static void null_stream(void) {
    begin("lazy", "1");
    CUstream blocking = NULL;
    CUstream independent = new_stream();
    unsigned char *host = NULL;
    OK(cuStreamCreate(&blocking, CU_STREAM_DEFAULT));
    OK(cuMemHostAlloc((void **)&host, 4, 0));
    memset(host, 0, 4);
    CUdeviceptr at = (CUdeviceptr)host;
    OK(cuMemsetD8Async(at, 1, 1, blocking));
    OK(cuMemsetD8Async(at + 1, 1, 1, independent));
    OK(cuMemsetD8Async(at, 2, 2, NULL) == 0 ? CUDA_SUCCESS : 1);
    CHECK(emulated_cuda_hazards() == 1);
    OK(cuStreamSynchronize(CU_STREAM_LEGACY));
    CHECK(host[0] == 2 && host[1] == 2);
    /* A blocking stream waits for the null stream that came before. */
    OK(cuMemsetD8Async(at + 2, 3, 1, NULL));
    OK(cuMemcpyDtoDAsync_v2(at + 3, at + 2, 1, blocking));
    OK(cuStreamSynchronize(blocking));
    CHECK(host[3] == 3);
    OK(cuMemsetD8Async(at + 3, 4, 1, CU_STREAM_PER_THREAD));
    IS(CUDA_ERROR_NOT_READY, cuStreamQuery(CU_STREAM_PER_THREAD));
    OK(cuStreamSynchronize(CU_STREAM_PER_THREAD));
    CHECK(host[3] == 4);
    CHECK(emulated_cuda_hazards() == 1);
    CUcontext context = NULL;
    OK(cuStreamGetCtx(independent, &context));
    CUcontext current = NULL;
    OK(cuCtxGetCurrent(&current));
    CHECK(context == current);
    OK(cuCtxSynchronize());
    OK(cuMemFreeHost(host));
    OK(cuStreamDestroy_v2(blocking));
    OK(cuStreamDestroy_v2(independent));
}

/* A block that changes its stream without an event gives wrong bytes, every time. */
static void reuse(bool with_event) {
    begin("lazy", "1");
    CUstream first = new_stream();
    CUstream second = new_stream();
    CUevent event = new_event();
    CUdeviceptr block = allocate(4096);
    CUdeviceptr result = allocate(4096);
    OK(cuMemsetD8Async(block, 1, 4096, first));
    OK(cuMemcpyDtoDAsync_v2(result, block, 4096, first));
    OK(cuEventRecord(event, first));
    if (with_event) {
        OK(cuStreamWaitEvent(second, event, 0));
    }
    OK(cuMemsetD8Async(block, 2, 4096, second));
    OK(cuStreamSynchronize(second));
    CHECK(peek(block, first) == (with_event ? 2 : 1));
    CHECK((emulated_cuda_hazards() == 0) == with_event);
    OK(cuCtxSynchronize());
    OK(cuMemFree_v2(block));
    OK(cuMemFree_v2(result));
    OK(cuEventDestroy_v2(event));
    OK(cuStreamDestroy_v2(first));
    OK(cuStreamDestroy_v2(second));
}

static void devices(void) {
    CUcontext here = begin("eager", "2");
    CUcontext there = NULL;
    OK(cuDevicePrimaryCtxRetain(&there, 1));
    CUstream stream = new_stream();
    CUdeviceptr near = allocate(100);
    OK(cuCtxPushCurrent_v2(there));
    CUdeviceptr far = allocate(100);
    CUevent event = new_event();
    CUstream other = new_stream();
    OK(cuCtxPopCurrent_v2(NULL));
    CHECK(emulated_cuda_live_bytes(0) == 512 && emulated_cuda_live_bytes(1) == 512);
    IS(CUDA_ERROR_INVALID_HANDLE, cuEventRecord(event, stream));
    OK(cuMemsetD8Async(near, 5, 100, stream));
    OK(cuMemcpyPeerAsync(far, there, near, here, 100, stream));
    CHECK(peek(far + 99, stream) == 5);
    IS(CUDA_ERROR_INVALID_CONTEXT, cuMemcpyPeerAsync(far, NULL, near, here, 100, stream));
    OK(cuEventRecord(event, other));
    OK(cuStreamWaitEvent(stream, event, 0));
    OK(cuMemFree_v2(near));
    OK(cuMemFree_v2(far));
    OK(cuEventDestroy_v2(event));
    OK(cuStreamDestroy_v2(stream));
    OK(cuStreamDestroy_v2(other));
    OK(cuDevicePrimaryCtxRelease_v2(1));
    finish();
}

void smoke_streams(void) {
    lazily();
    manually();
    null_stream();
    reuse(true);
    reuse(false);
    devices();
}

struct seen {
    atomic_int calls;
    pthread_t thread;
    CUresult answer;
    CUdeviceptr address;
    unsigned char byte;
};

static void call(void *data) {
    struct seen *seen = data;
    size_t available = 0;
    seen->thread = pthread_self();
    seen->answer = cuMemGetInfo_v2(&available, &available);
    seen->byte = *(unsigned char *)seen->address;
    atomic_fetch_add(&seen->calls, 1);
}

static void host_function(const char *schedule) {
    begin(schedule, "1");
    CUstream stream = new_stream();
    CUstream second = new_stream();
    CUevent event = new_event();
    struct seen seen = {0};
    unsigned char *host = NULL;
    OK(cuMemHostAlloc((void **)&host, 1, 0));
    *host = 0;
    seen.address = (CUdeviceptr)host;
    OK(cuMemsetD8Async(seen.address, 1, 1, stream));
    OK(cuLaunchHostFunc(stream, call, &seen));
    OK(cuEventRecord(event, stream));
    OK(cuStreamWaitEvent(second, event, 0));
    OK(cuMemsetD8Async(seen.address, 2, 1, second));
    OK(cuStreamSynchronize(second));
    CHECK(atomic_load(&seen.calls) == 1);
    CHECK(seen.byte == 1 && *host == 2);
    CHECK(seen.answer == CUDA_ERROR_NOT_PERMITTED);
    CHECK(!pthread_equal(seen.thread, pthread_self()));
    IS(CUDA_ERROR_INVALID_VALUE, cuLaunchHostFunc(stream, NULL, NULL));
    OK(cuLaunchHostFunc(stream, call, &seen));
    OK(cuCtxSynchronize());
    CHECK(atomic_load(&seen.calls) == 2);
    OK(cuMemFreeHost(host));
    OK(cuEventDestroy_v2(event));
    OK(cuStreamDestroy_v2(stream));
    OK(cuStreamDestroy_v2(second));
    finish();
}

static atomic_int gate;

static void hold(void *unused) {
    (void)unused;
    while (atomic_load(&gate) == 0) {
        usleep(100);
    }
}

/* Under the eager schedule, what waits for a host function runs behind it without anyone's asking. */
static void held_up(void) {
    begin("eager", "1");
    CUstream stream = new_stream();
    volatile unsigned char *host = NULL;
    OK(cuMemHostAlloc((void **)&host, 1, 0));
    *host = 0;
    OK(cuLaunchHostFunc(stream, hold, NULL));
    OK(cuMemsetD8Async((CUdeviceptr)host, 1, 1, stream));
    IS(CUDA_ERROR_NOT_READY, cuStreamQuery(stream));
    CHECK(*host == 0);
    atomic_store(&gate, 1);
    for (int i = 0; i < 100000 && *host == 0; i++) {
        usleep(100);
    }
    CHECK(*host == 1);
    OK(cuStreamSynchronize(stream));
    OK(cuMemFreeHost((void *)host));
    OK(cuStreamDestroy_v2(stream));
    finish();
}

void smoke_host_functions(void) {
    held_up();
    host_function("eager");
    host_function("lazy");
    host_function("manual");
}
