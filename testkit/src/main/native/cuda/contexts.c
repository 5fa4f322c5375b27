/* Contexts: each device's primary one, every thread's stack of current ones, and access between peers. */
#include "gate.h"
#include "memory.h"
#include "pools.h"
#include "work.h"

#define DEEPEST 64

static _Thread_local struct {
    unsigned generation;
    int depth;
    int device[DEEPEST];
} stack;

void contexts_refresh(void) {
    if (stack.generation != emu.generation) {
        stack.generation = emu.generation;
        stack.depth = 0;
    }
}

int current_device(void) {
    return stack.depth > 0 ? stack.device[stack.depth - 1] : -1;
}

EXPORTED long emulated_cuda_context_depth(void) {
    pthread_mutex_lock(&emu.mutex);
    contexts_refresh();
    pthread_mutex_unlock(&emu.mutex);
    return stack.depth;
}

/* The last reference is gone: what still belongs to the context goes with it. */
static void end_context(int device) {
    emu.abandoned += streams_end(device);
    emu.abandoned += pools_end(device);
    emu.abandoned += memory_end(device);
    for (int peer = 0; peer < emu.devices; peer++) {
        emu.device[device].peer[peer] = false;
        emu.device[peer].peer[device] = false;
    }
}

EXPORTED CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    ENTER(cuDevicePrimaryCtxRetain, NEEDS_INIT);
    if (context == NULL) {
        LEAVE(cuDevicePrimaryCtxRetain, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDevicePrimaryCtxRetain, CUDA_ERROR_INVALID_DEVICE);
    }
    if (emu.device[device].lost) {
        LEAVE(cuDevicePrimaryCtxRetain, CUDA_ERROR_LAUNCH_FAILED);
    }
    emu.device[device].retained++;
    *context = context_of(device);
    LEAVE(cuDevicePrimaryCtxRetain, CUDA_SUCCESS);
}

EXPORTED CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    ENTER(cuDevicePrimaryCtxRelease_v2, NEEDS_INIT);
    if (!is_device(device)) {
        LEAVE(cuDevicePrimaryCtxRelease_v2, CUDA_ERROR_INVALID_DEVICE);
    }
    if (emu.device[device].retained == 0) {
        LEAVE(cuDevicePrimaryCtxRelease_v2, CUDA_ERROR_INVALID_CONTEXT);
    }
    if (--emu.device[device].retained == 0) {
        end_context(device);
    }
    LEAVE(cuDevicePrimaryCtxRelease_v2, emu.device[device].lost ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS);
}

EXPORTED CUresult cuCtxGetCurrent(CUcontext *context) {
    ENTER(cuCtxGetCurrent, NEEDS_INIT);
    if (context == NULL) {
        LEAVE(cuCtxGetCurrent, CUDA_ERROR_INVALID_VALUE);
    }
    int device = current_device();
    *context = device < 0 ? NULL : context_of(device);
    LEAVE(cuCtxGetCurrent, CUDA_SUCCESS);
}

static bool is_live(CUcontext context) {
    int device = device_of(context);
    return device >= 0 && emu.device[device].retained > 0;
}

EXPORTED CUresult cuCtxSetCurrent(CUcontext context) {
    ENTER(cuCtxSetCurrent, NEEDS_INIT);
    if (context == NULL) {
        if (stack.depth > 0) {
            stack.depth--;
        }
        LEAVE(cuCtxSetCurrent, CUDA_SUCCESS);
    }
    if (!is_live(context)) {
        LEAVE(cuCtxSetCurrent, CUDA_ERROR_INVALID_CONTEXT);
    }
    if (stack.depth == 0) {
        stack.depth = 1;
    }
    stack.device[stack.depth - 1] = device_of(context);
    LEAVE(cuCtxSetCurrent, CUDA_SUCCESS);
}

EXPORTED CUresult cuCtxPushCurrent_v2(CUcontext context) {
    ENTER(cuCtxPushCurrent_v2, NEEDS_INIT);
    if (!is_live(context) || stack.depth == DEEPEST) {
        LEAVE(cuCtxPushCurrent_v2, CUDA_ERROR_INVALID_CONTEXT);
    }
    stack.device[stack.depth++] = device_of(context);
    LEAVE(cuCtxPushCurrent_v2, CUDA_SUCCESS);
}

EXPORTED CUresult cuCtxPopCurrent_v2(CUcontext *context) {
    ENTER(cuCtxPopCurrent_v2, NEEDS_INIT);
    if (stack.depth == 0) {
        LEAVE(cuCtxPopCurrent_v2, CUDA_ERROR_INVALID_CONTEXT);
    }
    int device = stack.device[--stack.depth];
    if (context != NULL) {
        *context = context_of(device);
    }
    LEAVE(cuCtxPopCurrent_v2, CUDA_SUCCESS);
}

EXPORTED CUresult cuCtxGetDevice(CUdevice *device) {
    ENTER(cuCtxGetDevice, NEEDS_ANY_CONTEXT);
    if (device == NULL) {
        LEAVE(cuCtxGetDevice, CUDA_ERROR_INVALID_VALUE);
    }
    *device = current_device();
    LEAVE(cuCtxGetDevice, CUDA_SUCCESS);
}

EXPORTED CUresult cuCtxSynchronize(void) {
    ENTER(cuCtxSynchronize, NEEDS_CONTEXT);
    LEAVE(cuCtxSynchronize, context_synchronize(current_device()));
}

EXPORTED CUresult cuCtxEnablePeerAccess(CUcontext peer, unsigned int flags) {
    ENTER(cuCtxEnablePeerAccess, NEEDS_CONTEXT);
    int here = current_device();
    int there = device_of(peer);
    if (flags != 0) {
        LEAVE(cuCtxEnablePeerAccess, CUDA_ERROR_INVALID_VALUE);
    }
    if (there < 0 || !is_live(peer) || here == there) {
        LEAVE(cuCtxEnablePeerAccess, CUDA_ERROR_INVALID_CONTEXT);
    }
    if (!emu.config.peers) {
        LEAVE(cuCtxEnablePeerAccess, CUDA_ERROR_PEER_ACCESS_UNSUPPORTED);
    }
    if (emu.device[here].peer[there]) {
        LEAVE(cuCtxEnablePeerAccess, CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
    }
    emu.device[here].peer[there] = true;
    LEAVE(cuCtxEnablePeerAccess, CUDA_SUCCESS);
}

EXPORTED CUresult cuCtxDisablePeerAccess(CUcontext peer) {
    ENTER(cuCtxDisablePeerAccess, NEEDS_CONTEXT);
    struct device *here = &emu.device[current_device()];
    int there = device_of(peer);
    if (there < 0 || !is_live(peer)) {
        LEAVE(cuCtxDisablePeerAccess, CUDA_ERROR_INVALID_CONTEXT);
    }
    if (!here->peer[there]) {
        LEAVE(cuCtxDisablePeerAccess, CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
    }
    here->peer[there] = false;
    LEAVE(cuCtxDisablePeerAccess, CUDA_SUCCESS);
}
