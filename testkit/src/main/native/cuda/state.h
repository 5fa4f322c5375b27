/* The state of the emulated driver that more than one part needs: the devices, and what "now" and "here" mean. */
#ifndef QUARRY_STATE_H
#define QUARRY_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi.h"
#include "clock.h"
#include "config.h"

#define MOST_DEVICES 64

struct stream;
struct pool;

/* One visible device, and its primary context. */
struct device {
    int hardware;
    uint64_t total;
    uint64_t used;
    uint64_t elsewhere;
    bool lost;
    int retained;
    bool peer[MOST_DEVICES];
    struct stream *null_stream;
    /* What the streams knew at their end that were destroyed: the blocking ones apart, whom the null stream follows. */
    struct clock ended;
    struct clock ended_blocking;
    struct pool *default_pool;
};

/* All of it is guarded by the mutex, which every call holds; it is let go only while a call waits for a host function. */
struct state {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool initialized;
    unsigned generation;
    struct config config;
    int devices;
    struct device device[MOST_DEVICES];
    long abandoned;
};

extern struct state emu;

/* The handle of a device's primary context: the same for the life of the process. */
static inline CUcontext context_of(int device) {
    return (CUcontext)(uintptr_t)(0xC7000000u + 0x100u * (unsigned)(device + 1));
}

/* Returns the device of a context handle, or -1 for what is none. */
static inline int device_of(CUcontext context) {
    uintptr_t offset = (uintptr_t)context - 0xC7000000u;
    uintptr_t ordinal = offset / 0x100u - 1;
    return offset % 0x100u == 0 && ordinal < (uintptr_t)emu.devices ? (int)ordinal : -1;
}

static inline bool is_device(CUdevice device) {
    return device >= 0 && device < emu.devices;
}

/* Returns the visible device that is the one of a number, or -1. */
static inline int visible_device(int hardware) {
    for (int device = 0; device < emu.devices; device++) {
        if (emu.device[device].hardware == hardware) {
            return device;
        }
    }
    return -1;
}

/* Returns the device of the calling thread's current context, or -1. */
int current_device(void);

/* Sees to it that the calling thread's stack of contexts is not one from before a reset. */
void contexts_refresh(void);

#endif
