/* Copies and fills: checked and enqueued, and their bytes moved when they run. */
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "hazards.h"
#include "memory.h"
#include "streams.h"

/* Copies from pageable memory up to this size are read when they are enqueued; larger ones are waited for. */
#define STAGED_BYTES (64ull << 10)

enum side { ANY_SIDE, HOST_SIDE, DEVICE_SIDE };

static void gone(uint64_t address) {
    hazards_report("work runs on memory at 0x%llx that is gone or not accessible any more",
            (unsigned long long)address);
}

static void fill(struct work *work, int device) {
    uint64_t at = work->target;
    uint64_t left = work->bytes;
    while (left > 0) {
        struct place place;
        if (place_of(at, left, device, true, &place) != CUDA_SUCCESS) {
            gone(at);
            return;
        }
        memset(place.at, work->value, place.bytes);
        if (place.physical != NULL) {
            place.physical->touched = true;
        }
        at += place.bytes;
        left -= place.bytes;
    }
}

static bool source_place(const struct work *work, uint64_t done, struct place *place) {
    if (work->staged != NULL) {
        place->at = (char *)work->staged + done;
        place->bytes = work->bytes - done;
        return true;
    }
    return place_of(work->source + done, work->bytes - done, work->source_device, false, place) == CUDA_SUCCESS;
}

static void copy(struct work *work) {
    for (uint64_t done = 0; done < work->bytes;) {
        struct place from;
        struct place to;
        if (!source_place(work, done, &from)) {
            gone(work->source + done);
            return;
        }
        if (place_of(work->target + done, work->bytes - done, work->target_device, true, &to) != CUDA_SUCCESS) {
            gone(work->target + done);
            return;
        }
        uint64_t bytes = from.bytes < to.bytes ? from.bytes : to.bytes;
        memmove(to.at, from.at, bytes);
        if (to.physical != NULL) {
            to.physical->touched = true;
        }
        done += bytes;
    }
}

void transfer_run(struct work *work, int device) {
    if (work->kind == WORK_FILL) {
        fill(work, device);
    } else if (work->kind == WORK_COPY) {
        copy(work);
    }
}

static bool is_pageable(uint64_t address) {
    return range_at(address) == NULL && !is_driver_address(address);
}

/* Returns whether an address may stand on a side of a copy; pinned and managed memory may stand on both. */
static bool fits(uint64_t address, enum side side) {
    if (side == DEVICE_SIDE) {
        return !is_pageable(address);
    }
    return side == ANY_SIDE || !is_device_address(address);
}

static CUresult check(const struct work *work, enum side target, enum side source) {
    if (!fits(work->target, target) || !fits(work->source, source)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    CUresult result = check_access(work->source, work->bytes, work->source_device, false);
    return result == CUDA_SUCCESS ? check_access(work->target, work->bytes, work->target_device, true) : result;
}

static CUresult stage(struct work *work) {
    work->staged = malloc(work->bytes);
    if (work->staged == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    memcpy(work->staged, (const void *)work->source, work->bytes);
    return CUDA_SUCCESS;
}

/* Enqueues a copy that was checked. Pageable memory is read at once, or waited for. */
static CUresult enqueue(struct stream *stream, struct work *work) {
    bool from_pageable = is_pageable(work->source);
    bool wait = is_pageable(work->target) || (from_pageable && work->bytes > STAGED_BYTES);
    bool capturing = stream->origin != NULL;
    if (from_pageable && !wait && !capturing) {
        CUresult result = stage(work);
        if (result != CUDA_SUCCESS) {
            work_free(work);
            return result;
        }
    }
    CUresult result = work_submit(stream, work);
    return result == CUDA_SUCCESS && wait && !capturing ? work_wait(stream, stream->enqueued) : result;
}

static CUresult submit(CUstream handle, struct work *work, enum side target, enum side source) {
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result == CUDA_SUCCESS) {
        work->target_device = work->target_device < 0 ? stream->device : work->target_device;
        work->source_device = work->source_device < 0 ? stream->device : work->source_device;
        result = check(work, target, source);
    }
    if (result == CUDA_SUCCESS && work->bytes > 0) {
        return enqueue(stream, work);
    }
    work_free(work);
    return result;
}

static struct work *new_copy(uint64_t target, uint64_t source, uint64_t bytes) {
    struct work *work = work_new(WORK_COPY);
    work->target = target;
    work->source = source;
    work->bytes = bytes;
    work->target_device = -1;
    work->source_device = -1;
    return work;
}

EXPORTED CUresult cuMemcpyAsync(CUdeviceptr target, CUdeviceptr source, size_t bytes, CUstream stream) {
    ENTER(cuMemcpyAsync, NEEDS_CONTEXT);
    LEAVE_SIZED(cuMemcpyAsync, submit(stream, new_copy(target, source, bytes), ANY_SIDE, ANY_SIDE), bytes);
}

EXPORTED CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void *source, size_t bytes, CUstream stream) {
    ENTER(cuMemcpyHtoDAsync_v2, NEEDS_CONTEXT);
    struct work *work = new_copy(target, (uint64_t)source, bytes);
    LEAVE_SIZED(cuMemcpyHtoDAsync_v2, submit(stream, work, DEVICE_SIDE, HOST_SIDE), bytes);
}

EXPORTED CUresult cuMemcpyDtoHAsync_v2(void *target, CUdeviceptr source, size_t bytes, CUstream stream) {
    ENTER(cuMemcpyDtoHAsync_v2, NEEDS_CONTEXT);
    struct work *work = new_copy((uint64_t)target, source, bytes);
    LEAVE_SIZED(cuMemcpyDtoHAsync_v2, submit(stream, work, HOST_SIDE, DEVICE_SIDE), bytes);
}

EXPORTED CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, size_t bytes, CUstream stream) {
    ENTER(cuMemcpyDtoDAsync_v2, NEEDS_CONTEXT);
    LEAVE_SIZED(cuMemcpyDtoDAsync_v2, submit(stream, new_copy(target, source, bytes), DEVICE_SIDE, DEVICE_SIDE), bytes);
}

EXPORTED CUresult cuMemcpyPeerAsync(CUdeviceptr target, CUcontext target_context, CUdeviceptr source,
        CUcontext source_context, size_t bytes, CUstream stream) {
    ENTER(cuMemcpyPeerAsync, NEEDS_CONTEXT);
    int target_device = device_of(target_context);
    int source_device = device_of(source_context);
    if (target_device < 0 || source_device < 0 || emu.device[target_device].retained == 0
            || emu.device[source_device].retained == 0) {
        LEAVE(cuMemcpyPeerAsync, CUDA_ERROR_INVALID_CONTEXT);
    }
    if (emu.device[target_device].lost || emu.device[source_device].lost) {
        LEAVE(cuMemcpyPeerAsync, CUDA_ERROR_LAUNCH_FAILED);
    }
    struct work *work = new_copy(target, source, bytes);
    work->target_device = target_device;
    work->source_device = source_device;
    LEAVE_SIZED(cuMemcpyPeerAsync, submit(stream, work, DEVICE_SIDE, DEVICE_SIDE), bytes);
}

EXPORTED CUresult cuMemsetD8Async(CUdeviceptr target, unsigned char value, size_t bytes, CUstream handle) {
    ENTER(cuMemsetD8Async, NEEDS_CONTEXT);
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result == CUDA_SUCCESS) {
        result = fits(target, DEVICE_SIDE) ? check_access(target, bytes, stream->device, true)
                                           : CUDA_ERROR_INVALID_VALUE;
    }
    if (result == CUDA_SUCCESS && bytes > 0) {
        struct work *work = work_new(WORK_FILL);
        work->target = target;
        work->bytes = bytes;
        work->value = value;
        result = work_submit(stream, work);
    }
    LEAVE_SIZED(cuMemsetD8Async, result, bytes);
}
