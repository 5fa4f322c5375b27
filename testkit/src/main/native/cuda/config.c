/* The settings: their names, where each is looked for, and what values are understood. */
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "QUARRY_EMULATED_CUDA_"

static const char *const keys[] = {"DEVICES", "MEMORY", "GRANULARITY", "SCHEDULE", "INIT",  "FAIL",
                                   "COSTS",   "VMM",    "PEERS",       "MANAGED",  "POOLS", "NULL",
                                   "SOIL",    "CUDA_VISIBLE_DEVICES"};
#define KEYS (sizeof keys / sizeof keys[0])

static char *replacements[KEYS];

static int find(const char *key) {
    for (size_t i = 0; key != NULL && i < KEYS; i++) {
        if (strcmp(keys[i], key) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *config_text(const char *key) {
    int index = find(key);
    if (index >= 0 && replacements[index] != NULL) {
        return replacements[index];
    }
    if (strncmp(key, "CUDA_", 5) == 0) {
        return getenv(key);
    }
    char name[64];
    snprintf(name, sizeof name, PREFIX "%s", key);
    return getenv(name);
}

bool config_replace(const char *key, const char *value) {
    int index = find(key);
    if (index < 0) {
        return false;
    }
    free(replacements[index]);
    replacements[index] = value == NULL ? NULL : strdup(value);
    return true;
}

void config_forget(void) {
    for (size_t i = 0; i < KEYS; i++) {
        free(replacements[i]);
        replacements[i] = NULL;
    }
}

static bool refuse(const char *key, const char *text, const char *expected) {
    fprintf(stderr, "emulated CUDA driver: %s%s = %s (expected: %s)\n", PREFIX, key, text, expected);
    return false;
}

static bool read_number(const char *key, uint64_t least, uint64_t most, uint64_t otherwise, uint64_t *value) {
    const char *text = config_text(key);
    if (text == NULL || *text == '\0') {
        *value = otherwise;
        return true;
    }
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || *text == '-' || *value < least || *value > most) {
        char expected[80];
        snprintf(expected, sizeof expected, "%llu to %llu", (unsigned long long)least, (unsigned long long)most);
        return refuse(key, text, expected);
    }
    return true;
}

static bool read_switch(const char *key, bool otherwise, bool *value) {
    uint64_t number = 0;
    bool understood = read_number(key, 0, 1, otherwise ? 1 : 0, &number);
    *value = number == 1;
    return understood;
}

static bool read_schedule(enum schedule *schedule) {
    static const char *const names[] = {"eager", "lazy", "manual"};
    const char *text = config_text("SCHEDULE");
    if (text == NULL || *text == '\0') {
        *schedule = EAGER;
        return true;
    }
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *schedule = (enum schedule)i;
            return true;
        }
    }
    return refuse("SCHEDULE", text, "eager, lazy or manual");
}

bool config_read(struct config *config) {
    uint64_t devices = 0;
    uint64_t init = 0;
    bool understood = read_number("DEVICES", 0, 32, 1, &devices);
    understood &= read_number("MEMORY", 1 << 20, 1ull << 43, 16ull << 30, &config->memory);
    understood &= read_number("GRANULARITY", 4096, 1ull << 30, 2ull << 20, &config->granularity);
    understood &= read_number("INIT", 0, 999, 0, &init);
    understood &= read_schedule(&config->schedule);
    understood &= read_switch("VMM", true, &config->vmm);
    understood &= read_switch("PEERS", true, &config->peers);
    understood &= read_switch("MANAGED", true, &config->managed);
    understood &= read_switch("POOLS", true, &config->pools);
    understood &= read_switch("SOIL", true, &config->soil);
    understood &= read_switch("NULL", false, &config->null_calls);
    if (understood && (config->granularity & (config->granularity - 1)) != 0) {
        understood = refuse("GRANULARITY", config_text("GRANULARITY"), "a power of two");
    }
    config->devices = (int)devices;
    config->init = (int)init;
    return understood;
}
