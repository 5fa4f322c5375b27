/* The gate: one table of functions with their counts and prices, and the list of faults that wait for their call. */
#define _GNU_SOURCE
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FAULTS 256
#define ANY_FUNCTION (-1)

#define FUNCTION_NAME(name) #name,
static const char *const names[] = {EMULATED_FUNCTIONS(FUNCTION_NAME)};

static struct {
    long calls;
    double price;
    double price_per_mib;
} table[FUNCTION_COUNT];

static struct {
    int function;
    long remaining;
    int code;
} faults[MOST_FAULTS];

static int fault_count;
static double modelled_nanos;
static _Thread_local bool runs_host_functions;

struct state emu = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Returns a function's number, ANY_FUNCTION for NULL or "*", or FUNCTION_COUNT. */
static int find(const char *name) {
    if (name == NULL || strcmp(name, "*") == 0) {
        return ANY_FUNCTION;
    }
    int i = 0;
    while (i < FUNCTION_COUNT && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

/* The texts of errors are looked up while another error is being reported: "any function" spares them. */
static bool concerns(int fault, enum function function) {
    if (fault == ANY_FUNCTION) {
        return function != FN_cuGetErrorName && function != FN_cuGetErrorString;
    }
    return fault == (int)function;
}

static CUresult due_fault(enum function function) {
    CUresult due = CUDA_SUCCESS;
    int kept = 0;
    for (int i = 0; i < fault_count; i++) {
        if (concerns(faults[i].function, function) && --faults[i].remaining == 0) {
            due = due == CUDA_SUCCESS ? faults[i].code : due;
        } else {
            faults[kept++] = faults[i];
        }
    }
    fault_count = kept;
    return due;
}

static CUresult missing(enum needs needs) {
    if (needs == NEEDS_NOTHING) {
        return CUDA_SUCCESS;
    }
    if (!emu.initialized) {
        return CUDA_ERROR_NOT_INITIALIZED;
    }
    contexts_refresh();
    if (needs == NEEDS_INIT) {
        return CUDA_SUCCESS;
    }
    int device = current_device();
    if (device < 0) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (emu.device[device].retained == 0) {
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    }
    return emu.device[device].lost && needs == NEEDS_CONTEXT ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

CUresult gate_enter(enum function function, enum needs needs) {
    pthread_mutex_lock(&emu.mutex);
    table[function].calls++;
    if (runs_host_functions && needs != NEEDS_NOTHING) {
        return CUDA_ERROR_NOT_PERMITTED;
    }
    if (fault_count > 0) {
        CUresult due = due_fault(function);
        if (due != CUDA_SUCCESS) {
            return due;
        }
    }
    return missing(needs);
}

CUresult gate_leave(enum function function, CUresult result, uint64_t bytes) {
    if (result == CUDA_SUCCESS) {
        modelled_nanos += table[function].price + table[function].price_per_mib * ((double)bytes / (1 << 20));
    }
    pthread_mutex_unlock(&emu.mutex);
    return result;
}

void gate_close_for_this_thread(void) {
    runs_host_functions = true;
}

bool gate_fail(const char *name, long nth, int code) {
    int function = find(name);
    if (function == FUNCTION_COUNT || nth < 0) {
        return false;
    }
    if (nth == 0) {
        fault_count = 0;
        return true;
    }
    if (fault_count == MOST_FAULTS) {
        return false;
    }
    faults[fault_count].function = function;
    faults[fault_count].remaining = nth;
    faults[fault_count++].code = code;
    return true;
}

long gate_calls(const char *name) {
    int function = find(name);
    if (function == FUNCTION_COUNT) {
        return -1;
    }
    if (function != ANY_FUNCTION) {
        return table[function].calls;
    }
    long sum = 0;
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        sum += table[i].calls;
    }
    return sum;
}

double gate_modelled_micros(void) {
    return modelled_nanos / 1000;
}

void gate_reset(void) {
    memset(table, 0, sizeof table);
    fault_count = 0;
    modelled_nanos = 0;
}

static bool read_fault(const char *item) {
    char name[64];
    long nth = 0;
    int code = 0;
    int length = 0;
    return sscanf(item, "%63[^:]:%ld:%d%n", name, &nth, &code, &length) == 3 && item[length] == '\0' && nth > 0
            && gate_fail(name, nth, code);
}

static bool read_price(const char *item) {
    char name[64];
    double price = 0;
    double per_mib = 0;
    int length = 0;
    if (sscanf(item, "%63[^=]=%lf%n", name, &price, &length) != 2) {
        return false;
    }
    if (item[length] != '\0') {
        int more = 0;
        if (sscanf(item + length, "+%lf/MiB%n", &per_mib, &more) != 1 || more == 0 || item[length + more] != '\0') {
            return false;
        }
    }
    int function = find(name);
    if (function < 0 || function == FUNCTION_COUNT || price < 0 || per_mib < 0) {
        return false;
    }
    table[function].price = price;
    table[function].price_per_mib = per_mib;
    return true;
}

static bool read_list(const char *key, bool (*read)(const char *)) {
    const char *text = config_text(key);
    if (text == NULL || *text == '\0') {
        return true;
    }
    char *copy = strdup(text);
    bool understood = true;
    char *rest = NULL;
    for (char *item = strtok_r(copy, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest)) {
        if (!read(item)) {
            fprintf(stderr, "emulated CUDA driver: %s: not understood: %s\n", key, item);
            understood = false;
        }
    }
    free(copy);
    return understood;
}

bool gate_read(void) {
    return read_list("FAIL", read_fault) && read_list("COSTS", read_price);
}
