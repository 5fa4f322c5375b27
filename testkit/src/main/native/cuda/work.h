/* Work and the streams it is queued on: what waits for what, and how far each stream has run. */
#ifndef QUARRY_WORK_H
#define QUARRY_WORK_H

#include "clock.h"
#include "state.h"

enum work_kind { WORK_COPY, WORK_FILL, WORK_RECORD, WORK_WAIT, WORK_HOST_FUNCTION, WORK_POOL };

struct dependency {
    struct stream *stream;
    uint64_t position;
};

struct work {
    struct work *next;
    enum work_kind kind;
    uint64_t target;
    uint64_t source;
    uint64_t bytes;
    int target_device;
    int source_device;
    unsigned char value;
    /* What was read of pageable memory when a copy was enqueued, or NULL. */
    void *staged;
    /* Of a host function: what the host knows once it runs. */
    CUhostFn function;
    void *data;
    struct clock clock;
    bool started;
    struct dependency *dependencies;
    int dependency_count;
};

struct stream {
    struct stream *next;
    uint64_t handle;
    int device;
    unsigned flags;
    bool destroyed;
    int actor;
    struct clock clock;
    uint64_t enqueued;
    uint64_t completed;
    struct work *first;
    struct work *last;
    unsigned queries;
    /* Capture: the stream at which it began, and its state there. */
    struct stream *origin;
    int capture_status;
    int capture_mode;
    pthread_t capture_thread;
    long capture_nodes;
    bool joined;
};

/* A point in a stream, as an event keeps it. */
struct recording {
    struct stream *stream;
    uint64_t position;
    struct clock clock;
};

/* All streams with a live handle or with work left, the null streams and those of threads among them. */
extern struct stream *streams;

static inline bool is_blocking(const struct stream *stream) {
    return (stream->flags & CU_STREAM_NON_BLOCKING) == 0;
}

/* Makes work of a kind; it belongs to whoever submits it, until then. */
struct work *work_new(enum work_kind kind);

void work_free(struct work *work);

/* Lets work wait for a point that another stream has still to reach. */
void work_depend(struct work *work, struct stream *stream, uint64_t position);

/* Enqueues work in the order of its stream, or notes it in the graph that the stream captures; takes it over. */
CUresult work_submit(struct stream *stream, struct work *work);

/* Runs what has to run until a stream has reached a point, and waits for host functions. */
CUresult work_wait(struct stream *stream, uint64_t position);

/* Runs one piece of work, of a stream or of one for which it waits. False: nothing can run now. */
bool work_advance(struct stream *stream);

/* Runs all that can run. */
void work_pump_all(void);

/* Takes the first piece of work off a stream: it is complete. */
void work_complete_first(struct stream *stream);

/* Moves the bytes of a copy or a fill. */
void transfer_run(struct work *work, int device);

/* Lets all streams of a context run to their end, and waits for it. */
CUresult context_synchronize(int device);

/* Ends all streams and events of a context; returns how many handles still lived. */
long streams_end(int device);

void streams_reset(void);

void events_end(int device, long *ended);

/* Queues a host function for the thread that runs them. */
void host_function_start(struct stream *stream, struct work *work);

/* Returns whether a host function is queued or runs. */
bool host_functions_running(void);

/* Waits until no host function runs. */
void host_functions_settle(void);

#endif
