package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.DeviceInfo;
import dev.quarry.cuda.internal.bindings.Cuda;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a device says of itself, for people to read. */
final class CudaInfo {
    private static final int MOST_CHARACTERS = 256;
    private static final int PCI_CHARACTERS = 32;
    private static final int UUID_BYTES = 16;

    private CudaInfo() {}

    /**
     * Asks a device.
     *
     * @param ordinal the number in its id
     * @param device the driver's number
     */
    static DeviceInfo of(int ordinal, int device, CudaFeatures features) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(MOST_CHARACTERS);
            CudaResult.check(Cuda.cuDeviceGetName(text, MOST_CHARACTERS, device), "cuDeviceGetName", device);
            String name = text.getString(0);
            Map<String, String> properties = new LinkedHashMap<>();
            properties.put("driver", CudaAccess.version(CudaAccess.driverVersion()) + " from " + CudaLibrary.name());
            properties.put(
                    "compute capability",
                    CudaFeatures.attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR()) + "."
                            + CudaFeatures.attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR()));
            MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
            CudaResult.check(Cuda.cuDeviceTotalMem_v2(total, device), "cuDeviceTotalMem_v2", device);
            properties.put("memory", total.get(ValueLayout.JAVA_LONG, 0) + " bytes");
            properties.put(
                    "kind",
                    CudaFeatures.attribute(device, CU_DEVICE_ATTRIBUTE_INTEGRATED()) == 1 ? "integrated" : "discrete");
            if (CudaLibrary.has("cuDeviceGetPCIBusId")
                    && Cuda.cuDeviceGetPCIBusId(text, PCI_CHARACTERS, device) == CUDA_SUCCESS()) {
                properties.put("PCI address", text.getString(0));
            }
            if (CudaLibrary.has("cuDeviceGetUuid_v2") && Cuda.cuDeviceGetUuid_v2(text, device) == CUDA_SUCCESS()) {
                properties.put("UUID", uuid(text.asSlice(0, UUID_BYTES).toArray(ValueLayout.JAVA_BYTE)));
            }
            putNode(properties, "memory node of the host", device, CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID());
            putNode(properties, "memory node of its memory", device, CU_DEVICE_ATTRIBUTE_NUMA_ID());
            properties.put(
                    "pageable memory access",
                    CudaFeatures.attribute(device, CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS()) == 1 ? "yes" : "no");
            properties.putAll(features.properties());
            return new DeviceInfo("cuda:" + ordinal, name, properties);
        }
    }

    private static void putNode(Map<String, String> properties, String name, int device, int attribute) {
        int node = CudaFeatures.attribute(device, attribute);
        if (node >= 0 && (node > 0 || attribute == CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID())) {
            properties.put(name, String.valueOf(node));
        }
    }

    /** Returns the name by which nvidia-smi and CUDA_VISIBLE_DEVICES know a device. */
    private static String uuid(byte[] bytes) {
        String hex = HexFormat.of().formatHex(bytes);
        return "GPU-" + hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20);
    }
}
