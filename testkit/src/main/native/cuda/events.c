/* Events: points in streams, recorded, waited for on the device and on the host, and asked about. */
#include <stdlib.h>

#include "capture.h"
#include "gate.h"
#include "hazards.h"
#include "pools.h"
#include "streams.h"
#include "table.h"

struct event {
    int device;
    bool recorded;
    struct recording recording;
    unsigned queries;
    /* The capture in which it was recorded last, or none. */
    struct captured captured;
};

static struct table handles = {.base = 0xE700000000000};

/* Finds the event of a handle whose device is not lost. */
static CUresult find(CUevent handle, struct event **event) {
    *event = table_get(&handles, (uint64_t)handle);
    if (*event == NULL) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    return emu.device[(*event)->device].lost ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

static void drop(CUevent handle, struct event *event) {
    table_remove(&handles, (uint64_t)handle);
    clock_free(&event->recording.clock);
    free(event);
}

EXPORTED CUresult cuEventCreate(CUevent *handle, unsigned int flags) {
    ENTER(cuEventCreate, NEEDS_CONTEXT);
    bool timed_and_shared = (flags & CU_EVENT_INTERPROCESS) != 0 && (flags & CU_EVENT_DISABLE_TIMING) == 0;
    if (handle == NULL || flags > 7 || timed_and_shared) {
        LEAVE(cuEventCreate, CUDA_ERROR_INVALID_VALUE);
    }
    struct event *event = calloc(1, sizeof *event);
    if (event == NULL) {
        abort();
    }
    event->device = current_device();
    *handle = (CUevent)table_add(&handles, event);
    LEAVE(cuEventCreate, CUDA_SUCCESS);
}

EXPORTED CUresult cuEventDestroy_v2(CUevent handle) {
    ENTER(cuEventDestroy_v2, NEEDS_ANY_CONTEXT);
    struct event *event = NULL;
    CUresult result = find(handle, &event);
    if (event != NULL) {
        drop(handle, event);
    }
    LEAVE(cuEventDestroy_v2, result);
}

static CUresult record(struct event *event, struct stream *stream) {
    if (event->device != stream->device) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (stream->origin != NULL) {
        CUresult result = capture_note(stream);
        event->captured = capture_of(stream);
        return result;
    }
    event->captured.origin = NULL;
    CUresult result = work_submit(stream, work_new(WORK_RECORD));
    event->recorded = true;
    event->recording.stream = stream;
    event->recording.position = stream->enqueued;
    clock_copy(&event->recording.clock, &stream->clock);
    return result;
}

EXPORTED CUresult cuEventRecord(CUevent handle, CUstream stream_handle) {
    ENTER(cuEventRecord, NEEDS_CONTEXT);
    struct event *event = NULL;
    struct stream *stream = NULL;
    CUresult result = find(handle, &event);
    result = result == CUDA_SUCCESS ? stream_for_work(stream_handle, &stream) : result;
    LEAVE(cuEventRecord, result == CUDA_SUCCESS ? record(event, stream) : result);
}

static CUresult wait(struct stream *stream, struct event *event) {
    if (event->captured.origin != NULL) {
        return capture_join(stream, &event->captured);
    }
    if (!event->recorded) {
        return CUDA_SUCCESS;
    }
    if (stream->origin != NULL) {
        return capture_isolation(stream);
    }
    struct work *work = work_new(WORK_WAIT);
    work_depend(work, event->recording.stream, event->recording.position);
    clock_join(&stream->clock, &event->recording.clock);
    return work_submit(stream, work);
}

EXPORTED CUresult cuStreamWaitEvent(CUstream stream_handle, CUevent handle, unsigned int flags) {
    ENTER(cuStreamWaitEvent, NEEDS_CONTEXT);
    if (flags != 0) {
        LEAVE(cuStreamWaitEvent, CUDA_ERROR_INVALID_VALUE);
    }
    struct event *event = NULL;
    struct stream *stream = NULL;
    CUresult result = find(handle, &event);
    result = result == CUDA_SUCCESS ? stream_for_work(stream_handle, &stream) : result;
    LEAVE(cuStreamWaitEvent, result == CUDA_SUCCESS ? wait(stream, event) : result);
}

/* What must be the case before the host asks about an event or waits for it. */
static CUresult look_at(CUevent handle, struct event **event) {
    CUresult result = find(handle, event);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    if ((*event)->captured.origin != NULL) {
        return CUDA_ERROR_CAPTURED_EVENT;
    }
    return capture_forbids() ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : CUDA_SUCCESS;
}

EXPORTED CUresult cuEventQuery(CUevent handle) {
    ENTER(cuEventQuery, NEEDS_CONTEXT);
    struct event *event = NULL;
    CUresult result = look_at(handle, &event);
    if (result != CUDA_SUCCESS || !event->recorded) {
        LEAVE(cuEventQuery, result);
    }
    if (!stream_poll(event->recording.stream, event->recording.position, &event->queries)) {
        LEAVE(cuEventQuery, CUDA_ERROR_NOT_READY);
    }
    hazards_observe(&event->recording.clock);
    LEAVE(cuEventQuery, CUDA_SUCCESS);
}

EXPORTED CUresult cuEventSynchronize(CUevent handle) {
    ENTER(cuEventSynchronize, NEEDS_CONTEXT);
    struct event *event = NULL;
    CUresult result = look_at(handle, &event);
    if (result != CUDA_SUCCESS || !event->recorded) {
        LEAVE(cuEventSynchronize, result);
    }
    /* Another thread may record it anew, or destroy it, while this one waits. */
    struct clock known = {0};
    clock_copy(&known, &event->recording.clock);
    result = work_wait(event->recording.stream, event->recording.position);
    if (result == CUDA_SUCCESS) {
        hazards_observe(&known);
        pools_after_wait();
    }
    clock_free(&known);
    LEAVE(cuEventSynchronize, result);
}

static void end_events(int device, bool all, long *ended) {
    for (uint64_t handle = table_next(&handles, 0); handle != 0; handle = table_next(&handles, handle + 16)) {
        struct event *event = table_get(&handles, handle);
        if (all || event->device == device) {
            drop((CUevent)handle, event);
            ++*ended;
        }
    }
}

void events_end(int device, long *ended) {
    end_events(device, false, ended);
}

void events_reset(void) {
    long ended = 0;
    end_events(0, true, &ended);
    table_reset(&handles);
}

long events_live(void) {
    return handles.live;
}
