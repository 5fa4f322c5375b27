/*
 * The thread that calls host functions, as a driver's own thread does: not the thread that enqueued them, and without
 * the mutex. It is started when the first one is due.
 */
#include <stdlib.h>

#include "gate.h"
#include "streams.h"
#include "work.h"

struct call {
    struct call *next;
    struct stream *stream;
    CUhostFn function;
    void *data;
};

static struct call *first;
static struct call **end = &first;
static int unfinished;
static bool started;

static void *run(void *unused) {
    (void)unused;
    gate_close_for_this_thread();
    pthread_mutex_lock(&emu.mutex);
    for (;;) {
        while (first == NULL) {
            pthread_cond_wait(&emu.changed, &emu.mutex);
        }
        struct call *call = first;
        first = call->next;
        if (first == NULL) {
            end = &first;
        }
        pthread_mutex_unlock(&emu.mutex);
        call->function(call->data);
        pthread_mutex_lock(&emu.mutex);
        work_complete_first(call->stream);
        unfinished--;
        free(call);
        if (emu.config.schedule == EAGER) {
            work_pump_all();
        }
        pthread_cond_broadcast(&emu.changed);
    }
    return NULL;
}

void host_function_start(struct stream *stream, struct work *work) {
    struct call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        abort();
    }
    call->stream = stream;
    call->function = work->function;
    call->data = work->data;
    *end = call;
    end = &call->next;
    unfinished++;
    if (!started) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, NULL) != 0) {
            abort();
        }
        pthread_detach(thread);
        started = true;
    }
    pthread_cond_broadcast(&emu.changed);
}

bool host_functions_running(void) {
    return unfinished > 0;
}

void host_functions_settle(void) {
    while (unfinished > 0) {
        pthread_cond_wait(&emu.changed, &emu.mutex);
    }
}

EXPORTED CUresult cuLaunchHostFunc(CUstream handle, CUhostFn function, void *data) {
    ENTER(cuLaunchHostFunc, NEEDS_CONTEXT);
    struct stream *stream = NULL;
    CUresult result = stream_for_work(handle, &stream);
    if (result == CUDA_SUCCESS && function == NULL) {
        result = CUDA_ERROR_INVALID_VALUE;
    }
    if (result == CUDA_SUCCESS) {
        struct work *work = work_new(WORK_HOST_FUNCTION);
        work->function = function;
        work->data = data;
        result = work_submit(stream, work);
    }
    LEAVE(cuLaunchHostFunc, result);
}
