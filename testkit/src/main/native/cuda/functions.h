/* The list of all exported functions of the driver, from which counters, fault names and prototypes' numbers are made. */
#ifndef QUARRY_FUNCTIONS_H
#define QUARRY_FUNCTIONS_H

#ifndef EMULATED_VERSION
#define EMULATED_VERSION 13000
#endif

/* What a driver of 12.2 or later has. */
#if EMULATED_VERSION >= 12020
#define SINCE_12_2(F) F(cuMemPrefetchAsync_v2) F(cuMemAdvise_v2)
#else
#define SINCE_12_2(F)
#endif

#define EMULATED_FUNCTIONS(F) \
    F(cuInit) F(cuDriverGetVersion) F(cuGetErrorName) F(cuGetErrorString) \
    F(cuDeviceGet) F(cuDeviceGetCount) F(cuDeviceGetName) F(cuDeviceGetUuid_v2) F(cuDeviceTotalMem_v2) \
    F(cuDeviceGetAttribute) F(cuDeviceGetPCIBusId) F(cuDevicePrimaryCtxRetain) F(cuDevicePrimaryCtxRelease_v2) \
    F(cuCtxGetCurrent) F(cuCtxSetCurrent) F(cuCtxPushCurrent_v2) F(cuCtxPopCurrent_v2) F(cuCtxGetDevice) \
    F(cuCtxSynchronize) F(cuDeviceCanAccessPeer) F(cuDeviceGetP2PAttribute) F(cuCtxEnablePeerAccess) \
    F(cuCtxDisablePeerAccess) \
    F(cuStreamCreate) F(cuStreamDestroy_v2) F(cuStreamSynchronize) F(cuStreamQuery) F(cuStreamWaitEvent) \
    F(cuStreamGetCtx) F(cuStreamIsCapturing) F(cuStreamBeginCapture_v2) F(cuStreamEndCapture) F(cuGraphDestroy) \
    F(cuThreadExchangeStreamCaptureMode) F(cuLaunchHostFunc) \
    F(cuEventCreate) F(cuEventDestroy_v2) F(cuEventRecord) F(cuEventQuery) F(cuEventSynchronize) \
    F(cuMemGetInfo_v2) F(cuMemAlloc_v2) F(cuMemFree_v2) F(cuMemGetAddressRange_v2) F(cuMemHostAlloc) \
    F(cuMemFreeHost) F(cuMemHostRegister_v2) F(cuMemHostUnregister) F(cuMemHostGetDevicePointer_v2) \
    F(cuMemAllocManaged) F(cuMemPrefetchAsync) F(cuMemAdvise) F(cuMemRangeGetAttribute) F(cuPointerGetAttribute) \
    F(cuMemcpyAsync) F(cuMemcpyHtoDAsync_v2) F(cuMemcpyDtoHAsync_v2) F(cuMemcpyDtoDAsync_v2) F(cuMemcpyPeerAsync) \
    F(cuMemsetD8Async) \
    F(cuMemAddressReserve) F(cuMemAddressFree) F(cuMemCreate) F(cuMemRelease) F(cuMemMap) F(cuMemUnmap) \
    F(cuMemSetAccess) F(cuMemGetAllocationGranularity) F(cuMemExportToShareableHandle) \
    F(cuMemImportFromShareableHandle) F(cuIpcGetMemHandle) F(cuIpcOpenMemHandle_v2) F(cuIpcCloseMemHandle) \
    F(cuMemAllocAsync) F(cuMemFreeAsync) F(cuMemAllocFromPoolAsync) F(cuMemPoolCreate) F(cuMemPoolDestroy) \
    F(cuMemPoolTrimTo) F(cuMemPoolSetAttribute) F(cuMemPoolGetAttribute) F(cuDeviceGetDefaultMemPool) \
    SINCE_12_2(F)

#define FUNCTION_NUMBER(name) FN_##name,
enum function { EMULATED_FUNCTIONS(FUNCTION_NUMBER) FUNCTION_COUNT };
#undef FUNCTION_NUMBER

#endif
