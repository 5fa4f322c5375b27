package dev.quarry.examples;

import dev.quarry.Allocation;
import dev.quarry.ByteSize;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryHandler;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.ViewSafety;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that never takes more memory than it may: requests wait or are turned away, and a cache gives way. */
public final class LimitedServer {
    private static final long PAGE = ByteSize.mib(1);
    private static final long TENANT_LIMIT = 4 * PAGE;
    private static final int REQUESTS = 20;

    private LimitedServer() {}

    /** Runs the example on memory of the host. */
    public static void main(String[] arguments) throws InterruptedException {
        PageCache cache = new PageCache();
        try (Quarry quarry = Quarry.open();
                MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, options(cache))) {
            run(pool, cache);
        }
    }

    static PoolOptions options(OutOfMemoryHandler cache) {
        return PoolOptions.builder()
                .limit(2 * TENANT_LIMIT)
                .viewSafety(ViewSafety.SHARED)
                .outOfMemoryHandler(cache)
                .build();
    }

    static void run(MemoryPool pool, PageCache cache) throws InterruptedException {
        try (cache;
                MemoryPool red = pool.child("red", 0, TENANT_LIMIT);
                MemoryPool blue = pool.child("blue", 0, TENANT_LIMIT)) {
            cache.fill(pool, PAGE, 6);
            try (Allocation whole = red.allocate(TENANT_LIMIT)) {
                System.out.println("red got " + ByteSize.format(whole.byteSize()) + ", the cache gave way");
                System.out.println(
                        "red's next page refused: " + red.tryAllocate(PAGE).isEmpty());
            }
            System.out.println("requests served: " + serve(List.of(red, blue)));
            long most = red.statistics().allocatedBytes().peak();
            System.out.println("red's peak: " + ByteSize.format(most));
        }
        System.out.println("calls of the handler: " + pool.statistics().retries());
        long peak = pool.statistics().reservedBytes().peak();
        System.out.println("the pool's peak: " + ByteSize.format(peak));
    }

    /** Serves all requests at once, each on a thread of its own. */
    private static long serve(List<MemoryPool> tenants) throws InterruptedException {
        List<Callable<Boolean>> requests = new ArrayList<>();
        tenants.forEach(tenant -> requests.addAll(Collections.nCopies(REQUESTS, () -> serve(tenant))));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(requests).stream()
                    .filter(served -> served.resultNow())
                    .count();
        }
    }

    /** Serves one request: waits where there is no memory, in the order of arrival. */
    private static boolean serve(MemoryPool tenant) throws InterruptedException {
        try (Allocation page = tenant.acquire(PAGE, Duration.ofMinutes(1))) {
            return page.segment().fill((byte) 1).byteSize() == PAGE;
        }
    }
}
