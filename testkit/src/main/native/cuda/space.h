/* Address space and physical memory: where device pointers lie, where host memory lies, and the bytes behind them. */
#ifndef QUARRY_SPACE_H
#define QUARRY_SPACE_H

#include "abi.h"
#include "rangemap.h"
#include "state.h"

/* Physical memory of a device, or of another process. The node's range is the private alias by which bytes are moved. */
struct physical {
    struct node node;
    uint64_t bytes;
    int device;
    int references;
    bool charged;
    bool touched;
    /* A file of its own, which can be shared, or -1: a part of the common file. */
    int file;
    void *mapped;
    uint64_t mapped_bytes;
};

bool spaces_open(void);

void spaces_close(void);

/* Takes device addresses that nothing touches: at a hint if that is free, else behind all taken before. 0: none left. */
uint64_t device_addresses(uint64_t bytes, uint64_t alignment, uint64_t hint);

/* Takes zeroed memory that the host can touch, aligned to a page. 0: none left. */
uint64_t host_addresses(uint64_t bytes);

/* Takes the bytes away from such memory; whoever touches it again faults. */
void host_addresses_end(uint64_t address, uint64_t bytes);

/* Returns whether an address is one of the emulated driver's, live or not. */
bool is_driver_address(uint64_t address);

bool is_device_address(uint64_t address);

/* Takes physical memory of a device, with one reference. */
CUresult physical_create(int device, uint64_t bytes, bool exportable, struct physical **physical);

/* Makes memory of an open file, from an offset on, usable here; takes the file over. NULL if the system refuses. */
struct physical *physical_import(int device, int file, uint64_t offset, uint64_t bytes);

/* Returns the hardware number of the device whose memory an open file is, or -1 for another file. */
int shared_file_device(int file);

/* Writes what nobody expects at both ends of new memory, unless a setting says no: it is not cleared. */
void soil(void *memory, uint64_t bytes);

/* Tells in which file physical memory lies, and where. */
int physical_file(const struct physical *physical, uint64_t *offset);

/* Gives a reference back; with the last one the memory is gone. */
void physical_drop(struct physical *physical);

#endif
