/* The queues: enqueuing in stream order, and running as far as the schedule says. */
#include "work.h"

#include <stdlib.h>

#include "capture.h"
#include "hazards.h"
#include "memory.h"

struct work *work_new(enum work_kind kind) {
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        abort();
    }
    work->kind = kind;
    return work;
}

void work_free(struct work *work) {
    free(work->staged);
    free(work->dependencies);
    clock_free(&work->clock);
    free(work);
}

void work_depend(struct work *work, struct stream *stream, uint64_t position) {
    if (stream->completed >= position) {
        return;
    }
    struct dependency *more =
            realloc(work->dependencies, (size_t)(work->dependency_count + 1) * sizeof *work->dependencies);
    if (more == NULL) {
        abort();
    }
    work->dependencies = more;
    more[work->dependency_count].stream = stream;
    more[work->dependency_count++].position = position;
}

static void follow(struct stream *stream, struct work *work, struct stream *other) {
    work_depend(work, other, other->enqueued);
    clock_join(&stream->clock, &other->clock);
}

/* The null stream waits for all blocking streams of its context, and they for it. */
static void order(struct stream *stream, struct work *work) {
    struct stream *null_stream = emu.device[stream->device].null_stream;
    if (stream == null_stream) {
        clock_join(&stream->clock, &emu.device[stream->device].ended_blocking);
        for (struct stream *other = streams; other != NULL; other = other->next) {
            if (other != stream && other->device == stream->device && is_blocking(other)) {
                follow(stream, work, other);
            }
        }
    } else if (null_stream != NULL && is_blocking(stream)) {
        follow(stream, work, null_stream);
    }
}

static void note_access(struct stream *stream, const char *what, uint64_t address, uint64_t bytes, bool write) {
    if (range_at(address) != NULL) {
        struct accessor accessor = {stream->actor, stream->handle, &stream->clock};
        hazards_access(&accessor, what, address, bytes, write);
    }
}

static void note_accesses(struct stream *stream, const struct work *work) {
    if (work->kind == WORK_COPY) {
        if (work->staged == NULL) {
            note_access(stream, "copy", work->source, work->bytes, false);
        }
        note_access(stream, "copy", work->target, work->bytes, true);
    } else if (work->kind == WORK_FILL) {
        note_access(stream, "fill", work->target, work->bytes, true);
    } else if (work->kind == WORK_POOL) {
        note_access(stream, "stream-ordered allocation or free", work->target, work->bytes, true);
    }
}

CUresult work_submit(struct stream *stream, struct work *work) {
    if (stream->origin != NULL) {
        CUresult result = capture_note(stream);
        work_free(work);
        return result;
    }
    clock_join(&stream->clock, &host_clock);
    order(stream, work);
    clock_set(&stream->clock, stream->actor, clock_get(&stream->clock, stream->actor) + 1);
    note_accesses(stream, work);
    if (work->kind == WORK_HOST_FUNCTION) {
        clock_copy(&work->clock, &stream->clock);
    }
    if (stream->last == NULL) {
        stream->first = work;
    } else {
        stream->last->next = work;
    }
    stream->last = work;
    stream->enqueued++;
    if (emu.config.schedule == EAGER) {
        while (stream->first != NULL && work_advance(stream)) {
        }
    }
    return CUDA_SUCCESS;
}

void work_complete_first(struct stream *stream) {
    struct work *work = stream->first;
    stream->first = work->next;
    if (stream->first == NULL) {
        stream->last = NULL;
    }
    stream->completed++;
    work_free(work);
}

/* Returns a stream for which work still waits, or NULL; what a lost device has not done is not waited for. */
static struct stream *obstacle(const struct work *work) {
    for (int i = 0; i < work->dependency_count; i++) {
        struct stream *other = work->dependencies[i].stream;
        if (other->completed < work->dependencies[i].position && !emu.device[other->device].lost) {
            return other;
        }
    }
    return NULL;
}

bool work_advance(struct stream *stream) {
    for (;;) {
        struct work *work = stream->first;
        if (work == NULL || emu.device[stream->device].lost) {
            return false;
        }
        struct stream *other = obstacle(work);
        if (other != NULL) {
            stream = other;
            continue;
        }
        if (work->kind == WORK_HOST_FUNCTION) {
            if (work->started) {
                return false;
            }
            work->started = true;
            hazards_observe(&work->clock);
            host_function_start(stream, work);
            return true;
        }
        transfer_run(work, stream->device);
        work_complete_first(stream);
        return true;
    }
}

CUresult work_wait(struct stream *stream, uint64_t position) {
    unsigned generation = emu.generation;
    while (stream->completed < position) {
        if (emu.device[stream->device].lost) {
            return CUDA_ERROR_LAUNCH_FAILED;
        }
        if (!work_advance(stream)) {
            pthread_cond_wait(&emu.changed, &emu.mutex);
        }
        if (generation != emu.generation) {
            return CUDA_ERROR_DEINITIALIZED;
        }
    }
    return CUDA_SUCCESS;
}

void work_pump_all(void) {
    bool ran = true;
    while (ran) {
        ran = false;
        for (struct stream *stream = streams; stream != NULL; stream = stream->next) {
            while (stream->first != NULL && work_advance(stream)) {
                ran = true;
            }
        }
    }
}
