/* What the parts of the smoke test share: checks that are counted, and a driver begun anew. */
#ifndef QUARRY_SMOKE_H
#define QUARRY_SMOKE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "driver.h"

#define MIB (1ull << 20)

/* Counts a check, and says where it failed. */
void check(bool holds, const char *file, int line, const char *text);

/* Counts a check of a result code. */
void check_result(CUresult result, CUresult expected, const char *file, int line, const char *text);

#define CHECK(condition) check((condition), __FILE__, __LINE__, #condition)
#define OK(call) check_result((call), CUDA_SUCCESS, __FILE__, __LINE__, #call)
#define IS(code, call) check_result((call), (code), __FILE__, __LINE__, #call)

/* Begins anew with a schedule and a number of devices; makes the first device's context current. */
CUcontext begin(const char *schedule, const char *devices);

/* Begins anew with one setting more. */
CUcontext begin_with(const char *schedule, const char *devices, const char *key, const char *value);

/* Releases the first device's context, and checks that nothing is left open and no hazard was counted. */
void finish(void);

CUdeviceptr allocate(size_t bytes);

CUstream new_stream(void);

CUevent new_event(void);

/* Reads one byte of device memory, in the order of a stream. */
unsigned char peek(CUdeviceptr address, CUstream stream);

void smoke_devices(void);
void smoke_contexts(void);
void smoke_faults(void);
void smoke_memory(void);
void smoke_virtual(void);
void smoke_streams(void);
void smoke_host_functions(void);
void smoke_capture(void);
void smoke_hazards(void);
void smoke_pools(void);
void smoke_managed(void);
void smoke_sharing(void);

#endif
