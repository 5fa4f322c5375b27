/* The gate through which every call enters and leaves: mutex, counters, faults, prices, and what a call requires. */
#ifndef QUARRY_GATE_H
#define QUARRY_GATE_H

#include "functions.h"
#include "state.h"

/* What must be the case for a call to do anything. */
enum needs {
    NEEDS_NOTHING,
    NEEDS_INIT,
    /* A current context of a device that is not lost. */
    NEEDS_CONTEXT,
    /* A current context, of a lost device too: the call looks after itself. */
    NEEDS_ANY_CONTEXT
};

/* Enters a call: takes the mutex, whatever is returned. */
CUresult gate_enter(enum function function, enum needs needs);

/* Leaves a call: charges what had its effect, and lets the mutex go. Returns its argument. */
CUresult gate_leave(enum function function, CUresult result, uint64_t bytes);

/* Marks the calling thread as one that runs host functions, from which the driver must not be called. */
void gate_close_for_this_thread(void);

/* Reads faults and prices anew. Returns false, with a line on stderr, if they are not understood. */
bool gate_read(void);

/* Forgets counts, faults and prices. */
void gate_reset(void);

/* Lets the nth call from now answer a code; NULL or "*" means any function; 0 takes all away. False: unknown name. */
bool gate_fail(const char *name, long nth, int code);

/* Returns the calls of a function, of all functions for NULL, or -1 for an unknown name. */
long gate_calls(const char *name);

double gate_modelled_micros(void);

/* Begins a function body: leaves at once if the gate says no. */
#define ENTER(name, needs) \
    CUresult entered = gate_enter(FN_##name, needs); \
    if (entered != CUDA_SUCCESS) { \
        return gate_leave(FN_##name, entered, 0); \
    }

#define LEAVE(name, result) return gate_leave(FN_##name, (result), 0)

#define LEAVE_SIZED(name, result, bytes) return gate_leave(FN_##name, (result), (bytes))

#endif
