package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
import dev.quarry.ViewSafety;
import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.event.FreeEvent;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.view.View;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a block.
 *
 * <p>One field decides all races: it is {@code null} while the handle is open and has no view that dies with it, then that
 * view, and at last a mark that says closed. Each step is one compare-and-set, of which one thread wins. All fields fit
 * into 40 bytes; therefore the view and its arena stand here, and not the record of both, and the address is the block's.
 */
final class PooledAllocation implements Allocation {
    private static final VarHandle VIEW;
    private static final VarHandle ATTACHMENTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            VIEW = lookup.findVarHandle(PooledAllocation.class, "view", Object.class);
            ATTACHMENTS = lookup.findVarHandle(PooledAllocation.class, "attachments", Attachments.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What stands in the view's place where there is none. */
    private enum Phase {
        MAKING,
        CLOSING,
        CLOSED
    }

    private final long bytes;
    private final Block block;
    private final Domain domain;
    private volatile @Nullable Object view;

    /**
     * The life of the view; written before the view, and read after it. Where there are shared views that keep this handle,
     * theirs; guarded by the attachments' monitor then.
     */
    private @Nullable Arena arena;

    private volatile @Nullable Attachments attachments;

    PooledAllocation(Block block, long bytes, Domain domain) {
        this.block = block;
        this.bytes = bytes;
        this.domain = domain;
    }

    @Override
    public long address() {
        long address = block.address();
        VarHandle.loadLoadFence(); // open below means that the block was this handle's above
        checkOpen();
        return address;
    }

    @Override
    public long byteSize() {
        return bytes;
    }

    @Override
    public MemoryKind kind() {
        return domain.pool().kind();
    }

    @Override
    public @Nullable Stream stream() {
        return domain.stream();
    }

    @Override
    public MemoryPool pool() {
        Attachments attached = attachments;
        ChildPool child = attached == null ? null : attached.child();
        return child == null ? domain.pool() : child;
    }

    @Override
    public boolean isOpen() {
        Object now = view;
        return now != Phase.CLOSED && now != Phase.CLOSING;
    }

    @Override
    public MemorySegment segment() {
        Watch reclaiming = reclaiming();
        if (!kind().isHostAccessible()) {
            return reclaiming == null ? MemorySegment.ofAddress(address()) : tiedAddress(reclaiming);
        }
        ViewSafety safety = viewSafety();
        if (safety == ViewSafety.SHARED) {
            Views views = domain.pool().views();
            return reclaiming == null
                    ? views.shared(address(), bytes)
                    : views.under(sharedLife(reclaiming), address(), bytes);
        }
        return ownView(safety);
    }

    @Override
    public void usedOn(Stream stream) {
        Domain user = domain.pool().domainOf(stream);
        checkOpen();
        if (user != domain) {
            attach().addUse(user);
        }
    }

    @Override
    public void close() {
        claim();
        free(domain, List.of());
    }

    @Override
    public void close(Stream stream) {
        Domain order = domain.pool().domainOf(stream);
        claim();
        free(order, List.of());
    }

    @Override
    public void closeAfter(Event... events) {
        List<DriverEvent> held = new ArrayList<>(events.length);
        for (Event event : events) {
            DriverEvent own = domain.pool().device().own(event);
            own.checkOpen();
            held.add(own);
        }
        held.forEach(DriverEvent::retain);
        try {
            claim();
        } catch (RuntimeException e) {
            held.forEach(DriverEvent::release);
            throw e;
        }
        free(domain, held);
    }

    @Override
    public String toString() {
        long address = block.address();
        VarHandle.loadLoadFence(); // as above
        String place = isOpen() ? " at 0x" + Long.toHexString(address) : "";
        return "allocation of " + bytes + " bytes" + place + " in " + domain.pool()
                + (place.isEmpty() ? ", closed" : "");
    }

    Block block() {
        return block;
    }

    Domain domain() {
        return domain;
    }

    /** Returns the attachments, made when first asked for. */
    Attachments attach() {
        Attachments present = attachments;
        if (present != null) {
            return present;
        }
        Attachments made = new Attachments();
        Attachments other = (Attachments) ATTACHMENTS.compareAndExchange(this, null, made);
        return other == null ? made : other;
    }

    /** Returns the attachments, or {@code null} for an allocation without. */
    @Nullable
    Attachments attached() {
        return attachments;
    }

    /** Closes the handle, or throws with nothing changed: one of several callers succeeds. */
    private void claim() {
        Object now = view;
        if (now != null || !VIEW.compareAndSet(this, null, Phase.CLOSED)) {
            closeView();
        }
    }

    private void free(Domain order, List<DriverEvent> events) {
        try {
            FreeEvent event = new FreeEvent();
            if (event.isEnabled()) {
                event.fill(pool().name(), domain.pool().core().tags().given(block.tag()), bytes, block.address());
                event.commit();
            }
        } catch (RuntimeException | Error e) {
            giveBack(order, events); // the handle is closed: nobody else could
            throw e;
        }
        giveBack(order, events);
    }

    private void giveBack(Domain order, List<DriverEvent> events) {
        DevicePool pool = domain.pool();
        if (attachments == null
                && events.isEmpty()
                && !order.recordsFrees()
                && !pool.core().isClearing()) {
            pool.free(block, bytes, order);
        } else {
            pool.release().release(this, order, events);
        }
    }

    /** Closes the view and the handle, or throws with nothing changed. */
    private void closeView() {
        Object now = view;
        while (now == Phase.MAKING) {
            Thread.onSpinWait();
            now = view;
        }
        Arena life = arena;
        if (!(now instanceof MemorySegment open) || life == null) {
            if (now == null) {
                claim(); // the view could not be made
                return;
            }
            throw alreadyClosed();
        }
        if (!View.isMine(open)) {
            throw wrongThread(View.owner(open));
        }
        // Nobody else gets here while the view is confined to this thread.
        if (!View.isConfined(open) && !VIEW.compareAndSet(this, open, Phase.CLOSING)) {
            throw alreadyClosed();
        }
        try {
            life.close();
        } catch (RuntimeException | Error e) {
            if (life.scope().isAlive()) {
                view = open;
                throw e;
            }
            domain.pool().core().log("a failure behind the end of a view; the close goes on", e);
        }
        VIEW.setRelease(this, Phase.CLOSED);
    }

    private MemorySegment ownView(ViewSafety safety) {
        while (true) {
            Object now = view;
            if (now == null) {
                if (VIEW.compareAndSet(this, null, Phase.MAKING)) {
                    return makeView(safety);
                }
            } else if (now instanceof MemorySegment made) {
                if (!View.isMine(made)) {
                    throw new WrongThreadException("the view of " + this + " is confined to " + View.owner(made)
                            + "; use ViewSafety.SHARED for views of several threads");
                }
                return made;
            } else if (now == Phase.MAKING) {
                Thread.onSpinWait();
            } else {
                throw closedAlready("has no view any more: it is closed");
            }
        }
    }

    private MemorySegment makeView(ViewSafety safety) {
        try {
            View made = domain.pool().views().own(safety, block.address(), bytes);
            Watch reclaiming = reclaiming();
            if (reclaiming != null) {
                tie(made.arena(), block.address(), reclaiming);
            }
            arena = made.arena();
            VIEW.setRelease(this, made.segment());
            return made.segment();
        } catch (RuntimeException | Error e) {
            view = null;
            throw e;
        }
    }

    /** Returns the watch, if the memory comes back when this handle is lost: views must keep it reachable then. */
    @Nullable
    Watch reclaiming() {
        Attachments attached = attachments;
        Watch watch = attached == null ? null : attached.watch();
        return watch != null && watch.reclaims() ? watch : null;
    }

    /** Returns a segment of no length that keeps this handle reachable. */
    private MemorySegment tiedAddress(Watch watch) {
        MemorySegment segment = tie(Arena.ofShared(), address(), watch);
        return segment != null ? segment : MemorySegment.ofAddress(address());
    }

    /** Returns the life of this allocation's shared views, made when first needed; they keep this handle reachable. */
    private Arena sharedLife(Watch watch) {
        Views views = domain.pool().views();
        synchronized (attach()) {
            Arena life = arena;
            if (life == null) {
                life = views.openForOne();
                tie(life, address(), watch);
                arena = life;
            }
            return life;
        }
    }

    private @Nullable MemorySegment tie(Arena life, long address, Watch watch) {
        MemorySegment tied = domain.pool().views().tie(life, address, this);
        if (tied == null) {
            watch.pin();
        }
        return tied;
    }

    private ViewSafety viewSafety() {
        Attachments attached = attachments;
        ViewSafety own = attached == null ? null : attached.viewSafety();
        return own == null ? domain.pool().options().viewSafety() : own;
    }

    private void checkOpen() {
        if (!isOpen()) {
            throw closedAlready("is closed");
        }
    }

    private IllegalStateException alreadyClosed() {
        return closedAlready("was closed before");
    }

    private IllegalStateException closedAlready(String what) {
        Attachments attached = attachments;
        Place allocatedAt = attached == null ? null : attached.allocatedAt();
        Place closedAt = attached == null ? null : attached.closedAt();
        String places = (allocatedAt == null ? "" : "; allocated at " + allocatedAt)
                + (closedAt == null ? "; set the option track-places to see where" : ", closed at " + closedAt);
        return new IllegalStateException("allocation of " + bytes + " bytes in " + domain.pool() + " " + what + places);
    }

    private WrongThreadException wrongThread(String owner) {
        return new WrongThreadException("the view of " + this + " is confined to " + owner
                + ", which must close it; use ViewSafety.SHARED to close it from any thread");
    }
}
