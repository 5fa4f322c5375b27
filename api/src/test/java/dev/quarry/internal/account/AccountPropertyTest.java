package dev.quarry.internal.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** A tree of accounts against a tree that counts everything anew after every step. */
class AccountPropertyTest {
    private static final int MOST = 120;

    enum Action {
        OPEN,
        CHARGE,
        RELEASE,
        LIMIT,
        RESIZE,
        CLOSE
    }

    /** One step: which account, and a number of bytes. */
    record Step(Action action, int choice, long bytes) {}

    @Provide
    Arbitrary<List<Step>> programs() {
        return Combinators.combine(
                        Arbitraries.of(
                                Action.OPEN,
                                Action.CHARGE,
                                Action.CHARGE,
                                Action.CHARGE,
                                Action.RELEASE,
                                Action.RELEASE,
                                Action.LIMIT,
                                Action.RESIZE,
                                Action.CLOSE),
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.longs().between(1, MOST))
                .as(Step::new)
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 1000)
    void shouldAgreeWithRecountWhenUsedAtRandom(@ForAll("programs") List<Step> program) {
        List<Node> nodes = new ArrayList<>(List.of(new Node(new Account("root", 300), null, 300)));
        for (Step step : program) {
            Node node = nodes.get(step.choice % nodes.size());
            switch (step.action) {
                case OPEN -> open(nodes, node, step);
                case CHARGE -> charge(nodes, node, step.bytes);
                case RELEASE -> release(node, step.choice);
                case LIMIT -> {
                    node.limit = 2 * step.bytes;
                    node.account.setLimit(2 * step.bytes);
                }
                case RESIZE -> resize(nodes.getFirst(), node, step);
                case CLOSE -> {
                    if (node.parent != null && node.children.isEmpty()) {
                        node.parent.children.remove(node);
                        nodes.remove(node);
                        node.account.close();
                    }
                }
            }
            nodes.getFirst().recount();
            nodes.forEach(AccountPropertyTest::assertSame);
        }
    }

    private static void open(List<Node> nodes, Node parent, Step step) {
        Node child = new Node(parent.account.child("child", step.bytes), parent, step.bytes);
        long reservation = step.choice % 3 == 0 ? step.bytes / 2 : 0;
        parent.direct += reservation;
        boolean allowed = parent.allows();
        parent.direct -= reservation;
        if (reservation > 0) {
            assertThat(child.account.reserve(reservation)).isEqualTo(allowed);
        }
        if (reservation == 0 || allowed) {
            child.reservation = reservation;
            parent.children.add(child);
            nodes.add(child);
        }
    }

    private static void resize(Node root, Node node, Step step) {
        if (node.parent == null) {
            return;
        }
        long before = node.reservation;
        long rootBefore = root.sum();
        node.reservation = step.choice % 2 == 0 ? 0 : step.bytes;
        boolean allowed = node.parent.allows();
        long grown = root.sum() - rootBefore;
        assertThat(node.account.resizeThrough(node.reservation, 2 * step.bytes, Long.MAX_VALUE))
                .isEqualTo(allowed ? grown : Account.REFUSED);
        if (allowed) {
            node.limit = 2 * step.bytes;
        } else {
            node.reservation = before;
        }
    }

    private static void charge(List<Node> nodes, Node node, long bytes) {
        long available = node.account.available();
        node.direct += bytes;
        boolean allowed = node.allows();
        assertThat(node.account.chargeThrough(bytes) >= 0).isEqualTo(allowed).isEqualTo(bytes <= available);
        if (allowed) {
            node.charges.add(bytes);
        } else {
            node.direct -= bytes;
        }
        nodes.getFirst().recount();
    }

    private static void release(Node node, int choice) {
        if (!node.charges.isEmpty()) {
            long bytes = node.charges.remove(choice % node.charges.size());
            node.direct -= bytes;
            node.account.releaseThrough(bytes);
        }
    }

    private static void assertSame(Node node) {
        assertThat(node.account.charged()).isEqualTo(node.charged);
        assertThat(node.account.peak()).isEqualTo(node.peak);
        assertThat(node.account.limit()).isEqualTo(node.limit);
    }

    /** An account and what it should hold: its own charges, and of each child the charges or the reservation. */
    private static final class Node {
        private final Account account;
        private final @Nullable Node parent;
        private final List<Node> children = new ArrayList<>();
        private final List<Long> charges = new ArrayList<>();
        private long limit;
        private long reservation;
        private long direct;
        private long charged;
        private long peak;

        Node(Account account, @Nullable Node parent, long limit) {
            this.account = account;
            this.parent = parent;
            this.limit = limit;
        }

        long sum() {
            return direct
                    + children.stream()
                            .mapToLong(child -> Math.max(child.sum(), child.reservation))
                            .sum();
        }

        /** Returns whether every account from here up that holds more than at the last recount is within its limit. */
        boolean allows() {
            for (Node node = this; node != null; node = node.parent) {
                long sum = node.sum();
                if (sum > node.charged && sum > node.limit) {
                    return false;
                }
            }
            return true;
        }

        void recount() {
            charged = sum();
            peak = Math.max(peak, charged);
            children.forEach(Node::recount);
        }
    }
}
