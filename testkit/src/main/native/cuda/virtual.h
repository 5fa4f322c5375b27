/* Virtual memory: handles of physical memory, reserved ranges, and what is mapped where for whom. */
#ifndef QUARRY_VIRTUAL_H
#define QUARRY_VIRTUAL_H

#include "memory.h"

struct place;

/* Tells where bytes lie in a mapping; refuses what is not mapped, or not made accessible to the device. */
CUresult place_in_mapping(uint64_t address, uint64_t bytes, int device, bool write, struct place *place);

/* Returns the range of the mapping that holds an address, or NULL. */
struct node *mapping_node(uint64_t address);

/* Tells the device of the memory mapped at an address, the access of another to it, and what it may be exported as. */
bool mapping_facts(uint64_t address, int device, int *location, int *access, int *handle_types);

/* Makes a handle for physical memory that came from elsewhere; the handle takes the reference over. */
CUmemGenericAllocationHandle handle_for(struct physical *physical, int handle_types);

/* Returns the physical memory of a live handle, or NULL; tells what it may be exported as. */
struct physical *handle_memory(CUmemGenericAllocationHandle handle, int *handle_types);

long handles_live(void);

long mappings_live(void);

void virtual_reset(void);

#endif
