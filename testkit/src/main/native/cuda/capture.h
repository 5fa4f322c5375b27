/* Capture of streams into graphs: its state, and what it forbids. Graphs hold nothing but a count of their nodes. */
#ifndef QUARRY_CAPTURE_H
#define QUARRY_CAPTURE_H

#include "work.h"

/* In which capture something was recorded; the origin is NULL for none. */
struct captured {
    struct stream *origin;
    struct stream *stream;
};

/* Notes a piece of work in the graph that a stream captures. */
CUresult capture_note(struct stream *stream);

/* Tells where a capture stands. */
struct captured capture_of(struct stream *stream);

/* Lets a stream wait for what was captured: it takes part from then on. */
CUresult capture_join(struct stream *stream, const struct captured *captured);

/* Refuses to let a stream that captures wait for what was not captured, and spoils the capture. */
CUresult capture_isolation(struct stream *stream);

/* Returns whether a stream captures, which the call in hand forbids: the capture is spoilt then. */
bool capture_is_on(struct stream *stream);

/* Returns whether a call that may disturb a capture is forbidden to this thread now; the captures are spoilt then. */
bool capture_forbids(void);

/* Returns whether a blocking stream captures, so that the null stream cannot be used. */
bool capture_blocks_null_stream(int device, bool spoil);

/* Ends the capture in which a stream takes part that is destroyed. */
void capture_abandon(struct stream *stream);

long graphs_live(void);

void capture_reset(void);

#endif
