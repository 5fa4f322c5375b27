package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.Cuda;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a device and its driver can do beyond the necessary: each feature with the reason why it is missing, or an empty text.
 *
 * <p>A feature needs what the device says of itself and the functions in the library; an older driver lacks some.
 */
final class CudaFeatures {
    private final Map<Feature, String> reasons = new LinkedHashMap<>();

    /** An optional part of the SPI, or of one. */
    enum Feature {
        /** Reserved addresses with physical memory mapped into them. */
        VIRTUAL_MEMORY(
                "virtual memory",
                "cuMemAddressReserve",
                "cuMemAddressFree",
                "cuMemCreate",
                "cuMemRelease",
                "cuMemMap",
                "cuMemUnmap",
                "cuMemSetAccess",
                "cuMemGetAllocationGranularity"),
        /** Memory that the driver migrates. */
        MANAGED("managed memory", "cuMemAllocManaged"),
        /** Managed memory that host and device may use at the same time, with advice and prefetch. */
        CONCURRENT_MANAGED("concurrent managed access"),
        /** The driver's own pools in the order of streams. */
        POOLS(
                "stream-ordered pools",
                "cuMemPoolCreate",
                "cuMemPoolDestroy",
                "cuMemAllocFromPoolAsync",
                "cuMemFreeAsync"),
        /** Page-locking memory that somebody else allocated. */
        REGISTRATION("host registration", "cuMemHostRegister_v2", "cuMemHostUnregister"),
        /** Memory of other devices. */
        PEERS("peer access", "cuDeviceCanAccessPeer", "cuCtxEnablePeerAccess"),
        /** Memory of other processes. */
        SHARING("interprocess sharing", "cuIpcGetMemHandle", "cuIpcOpenMemHandle_v2", "cuIpcCloseMemHandle");

        private final String text;

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<String> functions;

        Feature(String text, String... functions) {
            this.text = text;
            this.functions = List.of(functions);
        }
    }

    /** Asks a device, by the driver's number. */
    CudaFeatures(int device) {
        int managed = attribute(device, CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY());
        int concurrent = attribute(device, CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS());
        enter(Feature.VIRTUAL_MEMORY, attribute(device, CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED()));
        enter(Feature.MANAGED, managed);
        enter(Feature.CONCURRENT_MANAGED, has(Feature.MANAGED) ? concurrent : 0);
        enter(Feature.POOLS, attribute(device, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED()));
        enter(Feature.REGISTRATION, attribute(device, CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED()));
        enter(Feature.PEERS, 1);
        enter(Feature.SHARING, attribute(device, CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING()));
    }

    /** Returns whether there is a feature. */
    boolean has(Feature feature) {
        return reason(feature).isEmpty();
    }

    /** Returns why there is no such feature; empty if there is. */
    String reason(Feature feature) {
        return reasons.getOrDefault(feature, "");
    }

    /** Returns all features as {@code ./quarry devices} shows them. */
    Map<String, String> properties() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Feature feature : Feature.values()) {
            texts.put(feature.text, has(feature) ? "yes" : "no: " + reason(feature));
        }
        return texts;
    }

    /** Returns an attribute of a device; 0 for one that this driver does not know. */
    static int attribute(int device, int attribute) {
        MemorySegment piece = CudaScratch.take();
        try {
            int code = Cuda.cuDeviceGetAttribute(piece, attribute, device);
            if (code == CUDA_ERROR_INVALID_VALUE()) {
                return 0;
            }
            CudaResult.check(code, "cuDeviceGetAttribute", attribute, device);
            return CudaScratch.number(piece);
        } finally {
            CudaScratch.give(piece);
        }
    }

    private void enter(Feature feature, int offered) {
        String reason = offered == 0 ? "the device does not offer it" : "";
        for (String function : feature.functions) {
            if (reason.isEmpty() && !CudaLibrary.has(function)) {
                reason = "the driver lacks " + function;
            }
        }
        reasons.put(feature, reason);
    }
}
