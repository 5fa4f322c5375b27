/* Streams by their handles: the user's, the null stream of a context, and the one of each thread. */
#ifndef QUARRY_STREAMS_H
#define QUARRY_STREAMS_H

#include "work.h"

/* Finds the stream of a handle; the special ones are those of the current context. */
CUresult stream_find(CUstream handle, struct stream **stream);

/* The same for a call that enqueues, which the null stream refuses while a blocking stream captures. */
CUresult stream_for_work(CUstream handle, struct stream **stream);

/* Returns whether the host asks often enough for one piece of work to run. */
bool stream_poll(struct stream *stream, uint64_t position, unsigned *queries);

long streams_live(void);

long events_live(void);

void events_reset(void);

#endif
