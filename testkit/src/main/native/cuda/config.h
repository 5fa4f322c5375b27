/* The settings of the emulated driver: environment variables, and what a test puts in their place. */
#ifndef QUARRY_CONFIG_H
#define QUARRY_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

enum schedule { EAGER, LAZY, MANUAL };

struct config {
    int devices;
    uint64_t memory;
    uint64_t granularity;
    enum schedule schedule;
    int init;
    bool vmm;
    bool peers;
    bool managed;
    bool pools;
    bool soil;
    bool null_calls;
};

/* Reads all settings anew; returns false, with a line on stderr, if one of them is not understood. */
bool config_read(struct config *config);

/* Returns the text of a setting by its name without prefix, or NULL. */
const char *config_text(const char *key);

/* Replaces a setting for the time to come; NULL takes the replacement away. Returns false for an unknown name. */
bool config_replace(const char *key, const char *value);

/* Takes all replacements away. */
void config_forget(void);

#endif
