/* The control functions. */
#include "control.h"

#include <string.h>

#include "capture.h"
#include "gate.h"
#include "hazards.h"
#include "pools.h"
#include "streams.h"
#include "virtual.h"

static void enter(void) {
    pthread_mutex_lock(&emu.mutex);
}

static long leave(long result) {
    pthread_mutex_unlock(&emu.mutex);
    return result;
}

int emulated_cuda_reset(void) {
    enter();
    host_functions_settle();
    events_reset();
    streams_reset();
    capture_reset();
    pools_reset();
    virtual_reset();
    memory_reset();
    spaces_close();
    gate_reset();
    hazards_reset();
    config_forget();
    memset(emu.device, 0, sizeof emu.device);
    emu.devices = 0;
    emu.abandoned = 0;
    emu.initialized = false;
    null_calls = false;
    emu.generation++;
    pthread_cond_broadcast(&emu.changed);
    return (int)leave(0);
}

int emulated_cuda_configure(const char *key, const char *value) {
    enter();
    return (int)leave(config_replace(key, value) ? 0 : 1);
}

int emulated_cuda_fail(const char *function, long nth, int code) {
    enter();
    return (int)leave(gate_fail(function, nth, code) ? 0 : 1);
}

long emulated_cuda_calls(const char *function) {
    enter();
    return leave(gate_calls(function));
}

long emulated_cuda_hazards(void) {
    enter();
    return leave(hazards_count());
}

const char *emulated_cuda_hazard_text(int index) {
    enter();
    const char *text = hazards_text(index);
    leave(0);
    return text;
}

int emulated_cuda_advance(CUstream handle, long items) {
    enter();
    contexts_refresh();
    struct stream *stream = NULL;
    if (!emu.initialized || stream_find(handle, &stream) != CUDA_SUCCESS) {
        return (int)leave(-1);
    }
    int ran = 0;
    while (ran < items && stream->first != NULL && work_advance(stream)) {
        ran++;
        host_functions_settle();
    }
    return (int)leave(ran);
}

int emulated_cuda_advance_all(void) {
    enter();
    work_pump_all();
    while (host_functions_running()) {
        host_functions_settle();
        work_pump_all();
    }
    return (int)leave(0);
}

long emulated_cuda_live_bytes(int device) {
    enter();
    return leave(is_device(device) ? (long)emu.device[device].used : -1);
}

int emulated_cuda_use_elsewhere(int device, long bytes) {
    enter();
    if (!is_device(device) || bytes < 0) {
        return (int)leave(1);
    }
    emu.device[device].elsewhere = (uint64_t)bytes;
    return (int)leave(0);
}

double emulated_cuda_modelled_micros(void) {
    enter();
    double micros = gate_modelled_micros();
    leave(0);
    return micros;
}

int emulated_cuda_lose_device(int device) {
    enter();
    if (!is_device(device)) {
        return (int)leave(1);
    }
    emu.device[device].lost = true;
    pthread_cond_broadcast(&emu.changed);
    return (int)leave(0);
}

static long retained(void) {
    long count = 0;
    for (int device = 0; device < emu.devices; device++) {
        count += emu.device[device].retained;
    }
    return count;
}

static long count(const char *what) {
    const struct {
        const char *what;
        long count;
    } counts[] = {
            {"streams", streams_live()},
            {"events", events_live()},
            {"graphs", graphs_live()},
            {"contexts", retained()},
            {"allocations", ranges_live(PLAIN) + ranges_live(PINNED) + ranges_live(MANAGED) + pool_allocations_live()},
            {"registrations", ranges_live(REGISTERED)},
            {"imports", ranges_live(IMPORTED)},
            {"handles", handles_live()},
            {"ranges", ranges_live(RESERVED)},
            {"mappings", mappings_live()},
            {"pools", pools_live()},
            {"abandoned", emu.abandoned},
    };
    for (size_t i = 0; what != NULL && i < sizeof counts / sizeof counts[0]; i++) {
        if (strcmp(counts[i].what, what) == 0) {
            return counts[i].count;
        }
    }
    return -1;
}

long emulated_cuda_open_handles(const char *what) {
    enter();
    return leave(count(what));
}
