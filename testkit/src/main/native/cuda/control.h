/* The functions by which a test controls the emulated driver and looks into it. None of them is part of a real driver. */
#ifndef QUARRY_CONTROL_H
#define QUARRY_CONTROL_H

#include "abi.h"

/* Forgets everything: devices, memory, contexts, counters, settings. Waits for host functions that run. Returns 0. */
EXPORTED int emulated_cuda_reset(void);

/* Sets a setting, by its name without prefix, for the next cuInit; NULL: as the environment says. Returns 0 or 1. */
EXPORTED int emulated_cuda_configure(const char *key, const char *value);

/* Lets the nth call from now answer a code; NULL or "*": of any function; 0 takes all away. Returns 0 or 1. */
EXPORTED int emulated_cuda_fail(const char *function, long nth, int code);

/* Returns how often a function was called, all of them for NULL; -1 for an unknown name. */
EXPORTED long emulated_cuda_calls(const char *function);

EXPORTED long emulated_cuda_hazards(void);

/* Returns the text of one of the first 32 hazards, NULL behind the last; it lives until the reset. */
EXPORTED const char *emulated_cuda_hazard_text(int index);

/* Runs up to so many pieces of work, of a stream and of those for which it waits; returns how many, or -1. */
EXPORTED int emulated_cuda_advance(CUstream stream, long items);

/* Runs all work of all streams, and waits for host functions. Returns 0. */
EXPORTED int emulated_cuda_advance_all(void);

/* Returns the bytes of a device that are taken, plain and physical, or -1. */
EXPORTED long emulated_cuda_live_bytes(int device);

/* Lets another process seem to use so much of a device. Returns 0 or 1. */
EXPORTED int emulated_cuda_use_elsewhere(int device, long bytes);

/* Returns the price of all calls that had their effect. */
EXPORTED double emulated_cuda_modelled_micros(void);

/* Loses a device: every later call on it answers 719, and its work never runs. Returns 0 or 1. */
EXPORTED int emulated_cuda_lose_device(int device);

/* Returns how many of a kind are open: see the README for the kinds; -1 for an unknown one. */
EXPORTED long emulated_cuda_open_handles(const char *what);

/* Returns the depth of the calling thread's stack of contexts. */
EXPORTED long emulated_cuda_context_depth(void);

#endif
