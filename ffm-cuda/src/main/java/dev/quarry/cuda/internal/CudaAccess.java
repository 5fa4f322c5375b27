package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this machine, its driver and this JVM allow: whether there is a GPU to use, else why not and what to do. */
public final class CudaAccess {
    /** Version 11.4, as the driver tells it: the first with all that the plugin cannot do without. */
    private static final int LEAST_VERSION = 11_040;

    /** What the plugin cannot do without; everything else is looked for before its use. */
    private static final List<String> NEEDED = List.of(
            "cuInit",
            "cuDriverGetVersion",
            "cuGetErrorName",
            "cuGetErrorString",
            "cuDeviceGet",
            "cuDeviceGetCount",
            "cuDeviceGetName",
            "cuDeviceTotalMem_v2",
            "cuDeviceGetAttribute",
            "cuDevicePrimaryCtxRetain",
            "cuDevicePrimaryCtxRelease_v2",
            "cuCtxPushCurrent_v2",
            "cuCtxPopCurrent_v2",
            "cuCtxSynchronize",
            "cuStreamCreate",
            "cuStreamDestroy_v2",
            "cuStreamSynchronize",
            "cuStreamQuery",
            "cuStreamWaitEvent",
            "cuStreamIsCapturing",
            "cuEventCreate",
            "cuEventDestroy_v2",
            "cuEventRecord",
            "cuEventQuery",
            "cuEventSynchronize",
            "cuMemGetInfo_v2",
            "cuMemAlloc_v2",
            "cuMemFree_v2",
            "cuMemHostAlloc",
            "cuMemFreeHost",
            "cuMemcpyAsync",
            "cuMemsetD8Async");

    private CudaAccess() {}

    /** Looks whether there is a GPU to use. Never throws. */
    public static Availability probe() {
        try {
            Optional<Availability.Missing> missing =
                    denial().or(CudaAccess::absence).or(CudaAccess::refusal);
            if (missing.isPresent()) {
                return missing.get();
            }
            return new Availability.Available("driver " + version(driverVersion()) + " from " + CudaLibrary.name()
                    + ", " + deviceCount() + (deviceCount() == 1 ? " device" : " devices"));
        } catch (RuntimeException | LinkageError e) {
            return new Availability.Missing(
                    "the driver's library could not be used",
                    List.of(CudaLibrary.name() + ": " + e),
                    "check that " + CudaLibrary.name() + " is NVIDIA's library for this processor");
        }
    }

    /**
     * Opens all devices.
     *
     * @throws IllegalStateException if {@link #probe} says missing
     */
    public static List<DeviceDriver> open() {
        if (probe() instanceof Availability.Missing missing) {
            throw new IllegalStateException(
                    "the plugin cuda cannot be used: " + missing.reason() + "; " + missing.remedy());
        }
        CudaPeers peers = new CudaPeers();
        List<DeviceDriver> drivers = new ArrayList<>();
        try {
            for (int ordinal = 0; ordinal < deviceCount(); ordinal++) {
                drivers.add(new CudaDriver(ordinal, device(ordinal), peers));
            }
        } catch (RuntimeException | Error e) {
            drivers.forEach(DeviceDriver::close);
            throw e;
        }
        return drivers;
    }

    /** Returns the driver's version as it tells it: 1000 times the major plus 10 times the minor one. */
    static int driverVersion() {
        return ask("cuDriverGetVersion", Cuda::cuDriverGetVersion);
    }

    /** Returns a version as people write it. */
    static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    private static Optional<Availability.Missing> denial() {
        try {
            MemorySegment.NULL.reinterpret(0);
            return Optional.empty();
        } catch (IllegalCallerException e) {
            Module module = CudaAccess.class.getModule();
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            return Optional.of(new Availability.Missing(
                    "the JVM denies native access to " + (module.isNamed() ? "module " + name : "the class path"),
                    List.of("MemorySegment.reinterpret: " + e.getMessage()),
                    "start the JVM with --enable-native-access=" + name));
        }
    }

    private static Optional<Availability.Missing> absence() {
        if (!CudaLibrary.isFound()) {
            return Optional.of(new Availability.Missing(
                    CudaLibrary.isNamed()
                            ? "the library that " + CudaLibrary.PROPERTY + " or " + CudaLibrary.VARIABLE
                                    + " names cannot be opened"
                            : "NVIDIA's driver was not found",
                    CudaLibrary.tried(),
                    CudaLibrary.isNamed()
                            ? "correct the setting, or remove it so that the usual places are looked at"
                            : "install NVIDIA's driver; in a container, start it with access to the GPUs; where the"
                                    + " library lies elsewhere, set " + CudaLibrary.VARIABLE + " to its path"));
        }
        List<String> lacking =
                NEEDED.stream().filter(name -> !CudaLibrary.has(name)).toList();
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of(new Availability.Missing(
                        CudaLibrary.name() + " lacks functions of a driver of version " + version(LEAST_VERSION),
                        lacking.stream()
                                .map(name -> name + ": not in the library")
                                .toList(),
                        "update NVIDIA's driver, or set " + CudaLibrary.VARIABLE + " to its libcuda"));
    }

    private static Optional<Availability.Missing> refusal() {
        int version = driverVersion();
        if (version < LEAST_VERSION) {
            return Optional.of(new Availability.Missing(
                    "the driver is of version " + version(version) + ", and the plugin needs " + version(LEAST_VERSION),
                    List.of(CudaLibrary.name() + ": cuDriverGetVersion says " + version),
                    "update NVIDIA's driver"));
        }
        int code = Cuda.cuInit(0);
        if (code != CUDA_SUCCESS()) {
            List<String> tried = new ArrayList<>();
            tried.add(CudaLibrary.name() + ": cuInit(0) failed: " + code + " " + CudaResult.describe(code));
            tried.addAll(unreadable());
            return Optional.of(new Availability.Missing("the driver cannot be used", tried, remedy(code)));
        }
        return deviceCount() > 0
                ? Optional.empty()
                : Optional.of(new Availability.Missing(
                        "the driver shows no device",
                        List.of(CudaLibrary.name() + ": cuDeviceGetCount says 0"),
                        remedy(CUDA_ERROR_NO_DEVICE())));
    }

    private static String remedy(int code) {
        String visible = System.getenv("CUDA_VISIBLE_DEVICES");
        if (!unreadable().isEmpty()) {
            return "give this user the right to read and write /dev/nvidia*";
        } else if (code == CUDA_ERROR_NO_DEVICE() && visible != null) {
            return "CUDA_VISIBLE_DEVICES is \"" + visible + "\": unset it, or name devices that nvidia-smi -L lists";
        } else if (code == CUDA_ERROR_NO_DEVICE()) {
            return "check with nvidia-smi -L that the machine has a GPU; in a container, start it with access to the"
                    + " GPUs";
        } else if (code == CUDA_ERROR_STUB_LIBRARY()) {
            return "this is the toolkit's stub for linking: take its folder out of the library path";
        } else if (code == CUDA_ERROR_SYSTEM_DRIVER_MISMATCH()) {
            return "the library and the kernel's module are of different versions: restart the machine after an update";
        } else if (code == CUDA_ERROR_SYSTEM_NOT_READY()) {
            return "wait for NVIDIA's services to start (nvidia-fabricmanager, nvidia-persistenced)";
        } else {
            return "check the driver with nvidia-smi; it may say more";
        }
    }

    /** Returns the device files that are there and may not be used. */
    private static List<String> unreadable() {
        return java.util.stream.Stream.of("/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia-uvm")
                .map(Path::of)
                .filter(Files::exists)
                .filter(file -> !Files.isReadable(file) || !Files.isWritable(file))
                .map(file -> file + ": no right to read and write")
                .toList();
    }

    private static int deviceCount() {
        return ask("cuDeviceGetCount", Cuda::cuDeviceGetCount);
    }

    private static int device(int ordinal) {
        return ask("cuDeviceGet", piece -> Cuda.cuDeviceGet(piece, ordinal));
    }

    /** A function of the driver that leaves a number where it is told to. */
    private interface Question {
        int ask(MemorySegment answer);
    }

    private static int ask(String function, Question question) {
        MemorySegment piece = CudaScratch.take();
        try {
            CudaResult.check(question.ask(piece), function);
            return CudaScratch.number(piece);
        } finally {
            CudaScratch.give(piece);
        }
    }
}
