/* The beginning: cuInit, the driver's version, and which devices CUDA_VISIBLE_DEVICES lets a process see. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "devices.h"
#include "gate.h"
#include "memory.h"
#include "space.h"

/* Returns the device that an index, or the beginning of a UUID, names; -1 for none. */
static int named_device(const char *name) {
    if (strncmp(name, "GPU-", 4) == 0) {
        for (int hardware = 0; hardware < emu.config.devices; hardware++) {
            char uuid[48];
            device_uuid_text(hardware, uuid);
            if (name[4] != '\0' && strncasecmp(uuid, name, strlen(name)) == 0) {
                return hardware;
            }
        }
        return -1;
    }
    char *end = NULL;
    long index = strtol(name, &end, 10);
    return isdigit((unsigned char)*name) && *end == '\0' && index < emu.config.devices ? (int)index : -1;
}

static void show(int hardware) {
    struct device *device = &emu.device[emu.devices++];
    memset(device, 0, sizeof *device);
    device->hardware = hardware;
    device->total = emu.config.memory;
}

/* Devices are numbered in the order of the list; one that does not exist, or comes again, hides all behind it. */
static void look_around(void) {
    emu.devices = 0;
    const char *list = config_text("CUDA_VISIBLE_DEVICES");
    if (list == NULL) {
        for (int hardware = 0; hardware < emu.config.devices; hardware++) {
            show(hardware);
        }
        return;
    }
    char *copy = strdup(list);
    char *rest = NULL;
    for (char *name = strtok_r(copy, ", ", &rest); name != NULL; name = strtok_r(NULL, ", ", &rest)) {
        int hardware = named_device(name);
        if (hardware < 0 || visible_device(hardware) >= 0) {
            break;
        }
        show(hardware);
    }
    free(copy);
}

static CUresult initialize(void) {
    if (!config_read(&emu.config) || !gate_read()) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (emu.config.init != CUDA_SUCCESS) {
        return emu.config.init;
    }
    look_around();
    if (emu.devices == 0) {
        return CUDA_ERROR_NO_DEVICE;
    }
    if (!spaces_open()) {
        return CUDA_ERROR_OPERATING_SYSTEM;
    }
    null_calls = emu.config.null_calls;
    emu.initialized = true;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuInit(unsigned int flags) {
    ENTER(cuInit, NEEDS_NOTHING);
    if (flags != 0) {
        LEAVE(cuInit, CUDA_ERROR_INVALID_VALUE);
    }
    LEAVE(cuInit, emu.initialized ? CUDA_SUCCESS : initialize());
}

EXPORTED CUresult cuDriverGetVersion(int *version) {
    ENTER(cuDriverGetVersion, NEEDS_NOTHING);
    if (version == NULL) {
        LEAVE(cuDriverGetVersion, CUDA_ERROR_INVALID_VALUE);
    }
    *version = EMULATED_VERSION;
    LEAVE(cuDriverGetVersion, CUDA_SUCCESS);
}
