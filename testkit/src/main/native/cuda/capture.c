/* Capture of streams into graphs. */
#include "capture.h"

#include <stdlib.h>

#include "gate.h"
#include "streams.h"
#include "table.h"

struct graph {
    long nodes;
};

static struct table graphs = {.base = 0x6A00000000000};
static int captures;

static _Thread_local struct {
    unsigned generation;
    int mode;
} own;

/* Returns where the calling thread's mode is kept. */
static int *thread_mode(void) {
    if (own.generation != emu.generation) {
        own.generation = emu.generation;
        own.mode = CU_STREAM_CAPTURE_MODE_GLOBAL;
    }
    return &own.mode;
}

static CUresult spoil(struct stream *stream, CUresult result) {
    if (stream->origin != NULL) {
        stream->origin->capture_status = CU_STREAM_CAPTURE_STATUS_INVALIDATED;
    }
    return result;
}

static bool is_spoilt(const struct stream *stream) {
    return stream->origin->capture_status == CU_STREAM_CAPTURE_STATUS_INVALIDATED;
}

CUresult capture_note(struct stream *stream) {
    if (is_spoilt(stream)) {
        return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    }
    stream->origin->capture_nodes++;
    stream->joined = false;
    return CUDA_SUCCESS;
}

struct captured capture_of(struct stream *stream) {
    struct captured captured = {stream->origin, stream};
    return captured;
}

CUresult capture_join(struct stream *stream, const struct captured *captured) {
    if (captured->origin->origin == NULL) {
        return CUDA_ERROR_CAPTURED_EVENT;
    }
    if (stream->origin == NULL) {
        stream->origin = captured->origin;
        stream->joined = false;
        return is_spoilt(stream) ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_SUCCESS;
    }
    if (stream->origin != captured->origin) {
        spoil(stream, 0);
        return spoil(captured->origin, CUDA_ERROR_STREAM_CAPTURE_MERGE);
    }
    captured->stream->joined = true;
    return is_spoilt(stream) ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_SUCCESS;
}

CUresult capture_isolation(struct stream *stream) {
    return spoil(stream, CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
}

bool capture_is_on(struct stream *stream) {
    spoil(stream, 0);
    return stream->origin != NULL;
}

/* Returns whether a capture stands in the way of the calling thread, as documented for the modes. */
static bool is_in_the_way(const struct stream *origin) {
    if (origin->origin != origin || *thread_mode() == CU_STREAM_CAPTURE_MODE_RELAXED
            || origin->capture_mode == CU_STREAM_CAPTURE_MODE_RELAXED) {
        return false;
    }
    if (pthread_equal(origin->capture_thread, pthread_self())) {
        return true;
    }
    return *thread_mode() == CU_STREAM_CAPTURE_MODE_GLOBAL && origin->capture_mode == CU_STREAM_CAPTURE_MODE_GLOBAL;
}

bool capture_forbids(void) {
    bool forbidden = false;
    for (struct stream *stream = captures == 0 ? NULL : streams; stream != NULL; stream = stream->next) {
        if (is_in_the_way(stream)) {
            spoil(stream, 0);
            forbidden = true;
        }
    }
    return forbidden;
}

bool capture_blocks_null_stream(int device, bool spoils) {
    bool blocked = false;
    for (struct stream *stream = captures == 0 ? NULL : streams; stream != NULL; stream = stream->next) {
        if (stream->device == device && stream->origin != NULL && is_blocking(stream)) {
            blocked = true;
            if (spoils) {
                spoil(stream, 0);
            }
        }
    }
    return blocked;
}

/* Ends a capture in all streams that take part; returns whether all of them came together again. */
static bool end(struct stream *origin) {
    bool joined = true;
    for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
        if (stream->origin == origin) {
            joined &= stream == origin || stream->joined;
            stream->origin = NULL;
        }
    }
    origin->capture_status = CU_STREAM_CAPTURE_STATUS_NONE;
    captures--;
    return joined;
}

void capture_abandon(struct stream *stream) {
    if (stream->origin == stream) {
        end(stream);
    } else if (stream->origin != NULL) {
        spoil(stream, 0);
        stream->origin = NULL;
    }
}

EXPORTED CUresult cuStreamIsCapturing(CUstream handle, int *status) {
    ENTER(cuStreamIsCapturing, NEEDS_INIT);
    struct stream *stream = NULL;
    CUresult result = status == NULL ? CUDA_ERROR_INVALID_VALUE : stream_find(handle, &stream);
    if (result == CUDA_SUCCESS && stream == emu.device[stream->device].null_stream
            && capture_blocks_null_stream(stream->device, false)) {
        result = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
    if (result == CUDA_SUCCESS) {
        *status = stream->origin == NULL ? CU_STREAM_CAPTURE_STATUS_NONE : stream->origin->capture_status;
    }
    LEAVE(cuStreamIsCapturing, result);
}

EXPORTED CUresult cuStreamBeginCapture_v2(CUstream handle, int mode) {
    ENTER(cuStreamBeginCapture_v2, NEEDS_CONTEXT);
    struct stream *stream = NULL;
    CUresult result = stream_find(handle, &stream);
    if (result == CUDA_SUCCESS && (mode < 0 || mode > CU_STREAM_CAPTURE_MODE_RELAXED)) {
        result = CUDA_ERROR_INVALID_VALUE;
    }
    if (result == CUDA_SUCCESS && stream == emu.device[stream->device].null_stream) {
        result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (result == CUDA_SUCCESS && stream->origin != NULL) {
        result = CUDA_ERROR_ILLEGAL_STATE;
    }
    if (result == CUDA_SUCCESS) {
        stream->origin = stream;
        stream->capture_status = CU_STREAM_CAPTURE_STATUS_ACTIVE;
        stream->capture_mode = mode;
        stream->capture_thread = pthread_self();
        stream->capture_nodes = 0;
        captures++;
    }
    LEAVE(cuStreamBeginCapture_v2, result);
}

EXPORTED CUresult cuStreamEndCapture(CUstream handle, CUgraph *graph) {
    ENTER(cuStreamEndCapture, NEEDS_CONTEXT);
    struct stream *stream = NULL;
    CUresult result = graph == NULL ? CUDA_ERROR_INVALID_VALUE : stream_find(handle, &stream);
    if (result == CUDA_SUCCESS && stream->origin == NULL) {
        result = CUDA_ERROR_ILLEGAL_STATE;
    }
    if (result == CUDA_SUCCESS && stream->origin != stream) {
        result = spoil(stream, CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
    }
    if (result == CUDA_SUCCESS && stream->capture_mode != CU_STREAM_CAPTURE_MODE_RELAXED
            && !pthread_equal(stream->capture_thread, pthread_self())) {
        result = CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    }
    if (result != CUDA_SUCCESS) {
        LEAVE(cuStreamEndCapture, result);
    }
    bool spoilt = is_spoilt(stream);
    bool joined = end(stream);
    *graph = NULL;
    if (spoilt || !joined) {
        LEAVE(cuStreamEndCapture,
                spoilt ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    }
    struct graph *made = malloc(sizeof *made);
    if (made == NULL) {
        abort();
    }
    made->nodes = stream->capture_nodes;
    *graph = (CUgraph)table_add(&graphs, made);
    LEAVE(cuStreamEndCapture, CUDA_SUCCESS);
}

EXPORTED CUresult cuGraphDestroy(CUgraph handle) {
    ENTER(cuGraphDestroy, NEEDS_INIT);
    struct graph *graph = table_get(&graphs, (uint64_t)handle);
    if (graph == NULL) {
        LEAVE(cuGraphDestroy, CUDA_ERROR_INVALID_VALUE);
    }
    table_remove(&graphs, (uint64_t)handle);
    free(graph);
    LEAVE(cuGraphDestroy, CUDA_SUCCESS);
}

EXPORTED CUresult cuThreadExchangeStreamCaptureMode(int *mode) {
    ENTER(cuThreadExchangeStreamCaptureMode, NEEDS_INIT);
    if (mode == NULL || *mode < 0 || *mode > CU_STREAM_CAPTURE_MODE_RELAXED) {
        LEAVE(cuThreadExchangeStreamCaptureMode, CUDA_ERROR_INVALID_VALUE);
    }
    int before = *thread_mode();
    *thread_mode() = *mode;
    *mode = before;
    LEAVE(cuThreadExchangeStreamCaptureMode, CUDA_SUCCESS);
}

long graphs_live(void) {
    return graphs.live;
}

void capture_reset(void) {
    for (uint64_t handle = table_next(&graphs, 0); handle != 0; handle = table_next(&graphs, handle + 16)) {
        free(table_get(&graphs, handle));
    }
    table_reset(&graphs);
    captures = 0;
}
