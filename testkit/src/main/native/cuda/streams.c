/* Streams: creation, destruction, waiting, asking. */
#include "streams.h"

#include <stdlib.h>

#include "capture.h"
#include "gate.h"
#include "hazards.h"
#include "pools.h"
#include "table.h"

#define QUERIES_A_STEP 64
#define ACTORS_LOOKED_AT 16

struct stream *streams;

static struct table handles = {.base = 0x5100000000000};
/* Ended streams, to which events may still point; an actor of theirs that the host knows to be done is used again. */
static struct stream *retired;
/* Those of them whose actor is another's now. */
static struct stream *spent;
static int last_actor = HOST_ACTOR;

static _Thread_local struct {
    unsigned generation;
    struct stream *of_device[MOST_DEVICES];
} own;

static void take_actor(struct stream *stream) {
    int looked_at = 0;
    for (struct stream **link = &retired; *link != NULL && looked_at < ACTORS_LOOKED_AT; looked_at++) {
        struct stream *old = *link;
        uint64_t time = clock_get(&old->clock, old->actor);
        if (clock_get(&host_clock, old->actor) >= time) {
            stream->actor = old->actor;
            clock_set(&stream->clock, stream->actor, time);
            clock_free(&old->clock);
            *link = old->next;
            old->next = spent;
            spent = old;
            return;
        }
        link = &old->next;
    }
    stream->actor = ++last_actor;
}

/* Retires the streams that were destroyed and have nothing left to do. */
static void sweep(void) {
    for (struct stream **link = &streams; *link != NULL;) {
        struct stream *stream = *link;
        if (stream->destroyed && stream->first == NULL) {
            *link = stream->next;
            struct device *device = &emu.device[stream->device];
            clock_join(is_blocking(stream) ? &device->ended_blocking : &device->ended, &stream->clock);
            stream->next = retired;
            retired = stream;
        } else {
            link = &stream->next;
        }
    }
}

static struct stream *new_stream(int device, unsigned flags) {
    sweep();
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        abort();
    }
    stream->device = device;
    stream->flags = flags;
    take_actor(stream);
    stream->next = streams;
    streams = stream;
    return stream;
}

static struct stream *null_stream(int device) {
    if (emu.device[device].null_stream == NULL) {
        emu.device[device].null_stream = new_stream(device, CU_STREAM_DEFAULT);
    }
    return emu.device[device].null_stream;
}

static struct stream *thread_stream(int device) {
    if (own.generation != emu.generation) {
        own.generation = emu.generation;
        for (int i = 0; i < MOST_DEVICES; i++) {
            own.of_device[i] = NULL;
        }
    }
    if (own.of_device[device] == NULL || own.of_device[device]->destroyed) {
        own.of_device[device] = new_stream(device, CU_STREAM_DEFAULT);
    }
    return own.of_device[device];
}

static CUresult find_special(CUstream handle, struct stream **stream) {
    int device = current_device();
    if (device < 0) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (emu.device[device].retained == 0) {
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    }
    *stream = handle == CU_STREAM_PER_THREAD ? thread_stream(device) : null_stream(device);
    return emu.device[device].lost ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

CUresult stream_find(CUstream handle, struct stream **stream) {
    if (handle == NULL || handle == CU_STREAM_LEGACY || handle == CU_STREAM_PER_THREAD) {
        return find_special(handle, stream);
    }
    *stream = table_get(&handles, (uint64_t)handle);
    if (*stream == NULL) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    return emu.device[(*stream)->device].lost ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

CUresult stream_for_work(CUstream handle, struct stream **stream) {
    CUresult result = stream_find(handle, stream);
    if (result == CUDA_SUCCESS && *stream == emu.device[(*stream)->device].null_stream
            && capture_blocks_null_stream((*stream)->device, true)) {
        return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
    return result;
}

bool stream_poll(struct stream *stream, uint64_t position, unsigned *queries) {
    if (stream->completed < position && emu.config.schedule == LAZY && ++*queries % QUERIES_A_STEP == 0) {
        work_advance(stream);
    }
    return stream->completed >= position;
}

EXPORTED CUresult cuStreamCreate(CUstream *handle, unsigned int flags) {
    ENTER(cuStreamCreate, NEEDS_CONTEXT);
    if (handle == NULL || flags > CU_STREAM_NON_BLOCKING) {
        LEAVE(cuStreamCreate, CUDA_ERROR_INVALID_VALUE);
    }
    struct stream *stream = new_stream(current_device(), flags);
    stream->handle = table_add(&handles, stream);
    *handle = (CUstream)stream->handle;
    LEAVE(cuStreamCreate, CUDA_SUCCESS);
}

/* What is queued still runs when something waits for it. */
EXPORTED CUresult cuStreamDestroy_v2(CUstream handle) {
    ENTER(cuStreamDestroy_v2, NEEDS_ANY_CONTEXT);
    struct stream *stream = table_get(&handles, (uint64_t)handle);
    if (stream == NULL) {
        LEAVE(cuStreamDestroy_v2, CUDA_ERROR_INVALID_HANDLE);
    }
    capture_abandon(stream);
    table_remove(&handles, stream->handle);
    stream->destroyed = true;
    CUresult result = emu.device[stream->device].lost ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
    sweep();
    LEAVE(cuStreamDestroy_v2, result);
}

EXPORTED CUresult cuStreamSynchronize(CUstream handle) {
    ENTER(cuStreamSynchronize, NEEDS_CONTEXT);
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result == CUDA_SUCCESS && (capture_is_on(stream) || capture_forbids())) {
        result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (result != CUDA_SUCCESS) {
        LEAVE(cuStreamSynchronize, result);
    }
    struct clock known = {0};
    clock_copy(&known, &stream->clock);
    result = work_wait(stream, stream->enqueued);
    if (result == CUDA_SUCCESS) {
        hazards_observe(&known);
        pools_after_wait();
    }
    clock_free(&known);
    LEAVE(cuStreamSynchronize, result);
}

EXPORTED CUresult cuStreamQuery(CUstream handle) {
    ENTER(cuStreamQuery, NEEDS_CONTEXT);
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result == CUDA_SUCCESS && (capture_is_on(stream) || capture_forbids())) {
        result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (result == CUDA_SUCCESS) {
        if (stream_poll(stream, stream->enqueued, &stream->queries)) {
            hazards_observe(&stream->clock);
        } else {
            result = CUDA_ERROR_NOT_READY;
        }
    }
    LEAVE(cuStreamQuery, result);
}

EXPORTED CUresult cuStreamGetCtx(CUstream handle, CUcontext *context) {
    ENTER(cuStreamGetCtx, NEEDS_INIT);
    struct stream *stream = NULL;
    CUresult result = context == NULL ? CUDA_ERROR_INVALID_VALUE : stream_find(handle, &stream);
    if (result == CUDA_SUCCESS) {
        *context = context_of(stream->device);
    }
    LEAVE(cuStreamGetCtx, result);
}

/* Returns a stream of a device that has work left, or NULL. */
static struct stream *busy_stream(int device) {
    for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
        if (stream->device == device && stream->first != NULL) {
            return stream;
        }
    }
    return NULL;
}

CUresult context_synchronize(int device) {
    if (capture_forbids()) {
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    struct clock known = {0};
    clock_copy(&known, &emu.device[device].ended);
    clock_join(&known, &emu.device[device].ended_blocking);
    for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
        if (stream->device == device) {
            clock_join(&known, &stream->clock);
        }
    }
    CUresult result = CUDA_SUCCESS;
    for (struct stream *stream; result == CUDA_SUCCESS && (stream = busy_stream(device)) != NULL;) {
        result = work_wait(stream, stream->enqueued);
    }
    if (result == CUDA_SUCCESS) {
        hazards_observe(&known);
        pools_after_wait();
    }
    clock_free(&known);
    return result;
}

/* Throws the work of a stream away that will never run. */
static void discard(struct stream *stream) {
    while (stream->first != NULL) {
        work_complete_first(stream);
    }
}

long streams_end(int device) {
    long ended = 0;
    for (struct stream *stream; !emu.device[device].lost && (stream = busy_stream(device)) != NULL;) {
        work_wait(stream, stream->enqueued);
    }
    host_functions_settle();
    for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
        if (stream->device == device) {
            capture_abandon(stream);
            discard(stream);
            hazards_observe(&stream->clock);
            if (stream->handle != 0 && !stream->destroyed) {
                table_remove(&handles, stream->handle);
                ended++;
            }
            stream->destroyed = true;
        }
    }
    emu.device[device].null_stream = NULL;
    sweep();
    events_end(device, &ended);
    return ended;
}

long streams_live(void) {
    return handles.live;
}

static void drop_all(struct stream **list) {
    while (*list != NULL) {
        struct stream *stream = *list;
        *list = stream->next;
        clock_free(&stream->clock);
        free(stream);
    }
}

void streams_reset(void) {
    for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
        discard(stream);
        stream->destroyed = true;
    }
    sweep();
    drop_all(&retired);
    drop_all(&spent);
    for (int device = 0; device < MOST_DEVICES; device++) {
        clock_free(&emu.device[device].ended);
        clock_free(&emu.device[device].ended_blocking);
    }
    table_reset(&handles);
    last_actor = HOST_ACTOR;
}
