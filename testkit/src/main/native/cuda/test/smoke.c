/* The smoke test of the emulated driver: runs all parts, and exits with 1 if a check failed. */
#include "smoke.h"

#include <stdio.h>

static int checks;
static int failures;

void check(bool holds, const char *file, int line, const char *text) {
    checks++;
    if (!holds) {
        failures++;
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    }
}

void check_result(CUresult result, CUresult expected, const char *file, int line, const char *text) {
    checks++;
    if (result != expected) {
        failures++;
        fprintf(stderr, "%s:%d: %d instead of %d: %s\n", file, line, result, expected, text);
    }
}

CUcontext begin_with(const char *schedule, const char *devices, const char *key, const char *value) {
    CUcontext context = NULL;
    emulated_cuda_reset();
    CHECK(emulated_cuda_configure("SCHEDULE", schedule) == 0);
    CHECK(emulated_cuda_configure("DEVICES", devices) == 0);
    if (key != NULL) {
        CHECK(emulated_cuda_configure(key, value) == 0);
    }
    OK(cuInit(0));
    OK(cuDevicePrimaryCtxRetain(&context, 0));
    OK(cuCtxSetCurrent(context));
    return context;
}

CUcontext begin(const char *schedule, const char *devices) {
    return begin_with(schedule, devices, NULL, NULL);
}

void finish(void) {
    static const char *const kinds[] = {"streams", "events",  "graphs", "contexts", "allocations", "registrations",
                                        "imports", "handles", "ranges", "mappings", "abandoned"};
    OK(cuDevicePrimaryCtxRelease_v2(0));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (emulated_cuda_open_handles(kinds[i]) != 0) {
            fprintf(stderr, "%ld %s\n", emulated_cuda_open_handles(kinds[i]), kinds[i]);
            CHECK(false);
        }
    }
    for (int i = 0; i < 32 && emulated_cuda_hazard_text(i) != NULL; i++) {
        fprintf(stderr, "hazard: %s\n", emulated_cuda_hazard_text(i));
    }
    CHECK(emulated_cuda_hazards() == 0);
}

CUdeviceptr allocate(size_t bytes) {
    CUdeviceptr address = 0;
    OK(cuMemAlloc_v2(&address, bytes));
    return address;
}

CUstream new_stream(void) {
    CUstream stream = NULL;
    OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    return stream;
}

CUevent new_event(void) {
    CUevent event = NULL;
    OK(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
    return event;
}

unsigned char peek(CUdeviceptr address, CUstream stream) {
    unsigned char byte = 0;
    OK(cuMemcpyDtoHAsync_v2(&byte, address, 1, stream));
    OK(cuStreamSynchronize(stream));
    return byte;
}

int main(void) {
    /* First, because it forks. */
    smoke_sharing();
    smoke_devices();
    smoke_contexts();
    smoke_faults();
    smoke_memory();
    smoke_virtual();
    smoke_streams();
    smoke_host_functions();
    smoke_capture();
    smoke_hazards();
    smoke_pools();
    smoke_managed();
    emulated_cuda_reset();
    printf("%d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
