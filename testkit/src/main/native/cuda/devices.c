/* The questions about devices: count, name, UUID, size, attributes, and the links between them. */
#include "devices.h"

#include <stdio.h>
#include <string.h>

#include "gate.h"

/* Computed, because it depends on the settings. */
#define BY_SETTING (-1000)

#define ATTRIBUTE_PCI_BUS_ID 33
#define ATTRIBUTE_MANAGED_MEMORY 83
#define ATTRIBUTE_CONCURRENT_MANAGED_ACCESS 89
#define ATTRIBUTE_VMM 102
#define ATTRIBUTE_HANDLE_TYPE_POSIX 103
#define ATTRIBUTE_MEMORY_POOLS 115

static const struct {
    int number;
    int value;
} attributes[] = {
        {1, 1024}, /* threads per block */
        {10, 32}, /* warp size */
        {13, 1410000}, /* clock rate in kHz */
        {14, 512}, /* texture alignment */
        {15, 1}, /* overlap of copies and kernels */
        {16, 108}, /* multiprocessors */
        {18, 0}, /* integrated */
        {19, 1}, /* can map host memory */
        {20, 0}, /* compute mode: default */
        {ATTRIBUTE_PCI_BUS_ID, BY_SETTING},
        {34, 0}, /* PCI device */
        {36, 1215000}, /* memory clock in kHz */
        {37, 5120}, /* bus width */
        {38, 41943040}, /* L2 cache */
        {40, 3}, /* copy engines */
        {41, 1}, /* unified addressing */
        {50, 0}, /* PCI domain */
        {75, 8}, /* compute capability */
        {76, 0},
        {78, 1}, /* stream priorities */
        {ATTRIBUTE_MANAGED_MEMORY, BY_SETTING},
        {88, 0}, /* pageable memory access */
        {ATTRIBUTE_CONCURRENT_MANAGED_ACCESS, BY_SETTING},
        {91, 1}, /* host pointer usable for registered memory */
        {99, 1}, /* host register */
        {100, 0}, /* host page tables */
        {101, 0}, /* managed memory on the device from the host */
        {ATTRIBUTE_VMM, BY_SETTING},
        {ATTRIBUTE_HANDLE_TYPE_POSIX, BY_SETTING},
        {ATTRIBUTE_MEMORY_POOLS, BY_SETTING},
        {119, 0}, /* handle types of pools */
        {131, -1}, /* NUMA node of the device */
        {134, 0}, /* NUMA node of the host nearest to it */
};

/* Attributes up to this number are known to the driver. */
static int last_attribute(void) {
    if (EMULATED_VERSION < 11060) {
        return 119;
    }
    return EMULATED_VERSION < 12020 ? 129 : 147;
}

void device_uuid_text(int hardware, char *text) {
    sprintf(text, "GPU-51554152-5259-4544-8000-0000000000%02x", (unsigned)(hardware + 1) & 0xFF);
}

EXPORTED CUresult cuDeviceGetCount(int *count) {
    ENTER(cuDeviceGetCount, NEEDS_INIT);
    if (count == NULL) {
        LEAVE(cuDeviceGetCount, CUDA_ERROR_INVALID_VALUE);
    }
    *count = emu.devices;
    LEAVE(cuDeviceGetCount, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    ENTER(cuDeviceGet, NEEDS_INIT);
    if (device == NULL) {
        LEAVE(cuDeviceGet, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(ordinal)) {
        LEAVE(cuDeviceGet, CUDA_ERROR_INVALID_DEVICE);
    }
    *device = ordinal;
    LEAVE(cuDeviceGet, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    ENTER(cuDeviceGetName, NEEDS_INIT);
    if (name == NULL || length <= 0) {
        LEAVE(cuDeviceGetName, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDeviceGetName, CUDA_ERROR_INVALID_DEVICE);
    }
    snprintf(name, (size_t)length, "Emulated CUDA device");
    LEAVE(cuDeviceGetName, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) {
    ENTER(cuDeviceGetUuid_v2, NEEDS_INIT);
    if (uuid == NULL) {
        LEAVE(cuDeviceGetUuid_v2, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDeviceGetUuid_v2, CUDA_ERROR_INVALID_DEVICE);
    }
    static const unsigned char bytes[16] = {0x51, 0x55, 0x41, 0x52, 0x52, 0x59, 0x45, 0x44, 0x80};
    memcpy(uuid->bytes, bytes, sizeof bytes);
    uuid->bytes[15] = (char)(emu.device[device].hardware + 1);
    LEAVE(cuDeviceGetUuid_v2, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
    ENTER(cuDeviceTotalMem_v2, NEEDS_INIT);
    if (bytes == NULL) {
        LEAVE(cuDeviceTotalMem_v2, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDeviceTotalMem_v2, CUDA_ERROR_INVALID_DEVICE);
    }
    *bytes = emu.device[device].total;
    LEAVE(cuDeviceTotalMem_v2, CUDA_SUCCESS);
}

static int setting(int attribute, CUdevice device) {
    switch (attribute) {
        case ATTRIBUTE_PCI_BUS_ID:
            return emu.device[device].hardware + 1;
        case ATTRIBUTE_MANAGED_MEMORY:
        case ATTRIBUTE_CONCURRENT_MANAGED_ACCESS:
            return emu.config.managed;
        case ATTRIBUTE_MEMORY_POOLS:
            return emu.config.pools;
        default:
            return emu.config.vmm;
    }
}

EXPORTED CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
    ENTER(cuDeviceGetAttribute, NEEDS_INIT);
    if (value == NULL || attribute < 1 || attribute > last_attribute()) {
        LEAVE(cuDeviceGetAttribute, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDeviceGetAttribute, CUDA_ERROR_INVALID_DEVICE);
    }
    *value = 0;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        if (attributes[i].number == attribute) {
            *value = attributes[i].value == BY_SETTING ? setting(attribute, device) : attributes[i].value;
        }
    }
    LEAVE(cuDeviceGetAttribute, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceGetPCIBusId(char *text, int length, CUdevice device) {
    ENTER(cuDeviceGetPCIBusId, NEEDS_INIT);
    if (text == NULL || length < 13) {
        LEAVE(cuDeviceGetPCIBusId, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device)) {
        LEAVE(cuDeviceGetPCIBusId, CUDA_ERROR_INVALID_DEVICE);
    }
    snprintf(text, (size_t)length, "0000:%02X:00.0", (unsigned)(emu.device[device].hardware + 1) & 0xFF);
    LEAVE(cuDeviceGetPCIBusId, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceCanAccessPeer(int *can, CUdevice device, CUdevice peer) {
    ENTER(cuDeviceCanAccessPeer, NEEDS_INIT);
    if (can == NULL) {
        LEAVE(cuDeviceCanAccessPeer, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device) || !is_device(peer)) {
        LEAVE(cuDeviceCanAccessPeer, CUDA_ERROR_INVALID_DEVICE);
    }
    *can = device != peer && emu.config.peers;
    LEAVE(cuDeviceCanAccessPeer, CUDA_SUCCESS);
}

EXPORTED CUresult cuDeviceGetP2PAttribute(int *value, int attribute, CUdevice device, CUdevice peer) {
    ENTER(cuDeviceGetP2PAttribute, NEEDS_INIT);
    if (value == NULL || attribute < CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK
            || attribute > CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED) {
        LEAVE(cuDeviceGetP2PAttribute, CUDA_ERROR_INVALID_VALUE);
    }
    if (!is_device(device) || !is_device(peer) || device == peer) {
        LEAVE(cuDeviceGetP2PAttribute, CUDA_ERROR_INVALID_DEVICE);
    }
    *value = attribute == CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK ? 0 : emu.config.peers;
    LEAVE(cuDeviceGetP2PAttribute, CUDA_SUCCESS);
}
