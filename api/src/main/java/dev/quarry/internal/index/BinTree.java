package dev.quarry.internal.index;

import dev.quarry.internal.segment.Block;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bin with many blocks: a search tree ordered by size and then address. A treap whose priorities are a hash of the
 * block's number, so that its expected depth is O(log n) whatever the order of insertion.
 *
 * <p>Works on roots: every operation takes one and returns the new one. Guarded by the pool's lock.
 */
final class BinTree {
    /* Seidel, Aragon: Randomized search trees. Algorithmica 16, 1996. */
    private BinTree() {}

    /** Adds a block to a tree, which may be empty. */
    static Block insert(@Nullable Block root, Block block) {
        int priority = priority(block);
        Block parent = null;
        boolean left = false;
        Block node = root;
        while (node != null && priority(node) >= priority) {
            parent = node;
            left = block.precedes(node);
            node = left ? node.left() : node.right();
        }
        split(node, block);
        if (root == null || parent == null) {
            return block;
        }
        link(parent, left, block);
        return root;
    }

    /** Takes a block out of the tree it is in. */
    static @Nullable Block remove(Block root, Block block) {
        Block rest = merge(block.left(), block.right());
        if (root == block) {
            return rest;
        }
        Block parent = root;
        while (true) {
            boolean left = block.precedes(parent);
            Block node = left ? parent.left() : parent.right();
            if (node == null) {
                throw new IllegalStateException(block + " is not in the index");
            }
            if (node == block) {
                link(parent, left, rest);
                return root;
            }
            parent = node;
        }
    }

    /** Returns the first block of at least a size. */
    static @Nullable Block atLeast(@Nullable Block root, long size) {
        Block found = null;
        for (Block node = root; node != null; ) {
            if (node.size() >= size) {
                found = node;
                node = node.left();
            } else {
                node = node.right();
            }
        }
        return found;
    }

    /** Returns the block of a tree that comes after one of its blocks. */
    static @Nullable Block after(Block root, Block block) {
        Block found = null;
        for (Block node = root; node != null; ) {
            if (block.precedes(node)) {
                found = node;
                node = node.left();
            } else {
                node = node.right();
            }
        }
        return found;
    }

    /** Returns the first block of a tree. */
    static Block first(Block root) {
        Block node = root;
        for (Block left = node.left(); left != null; left = node.left()) {
            node = left;
        }
        return node;
    }

    /** Returns the last block of a tree. */
    static Block last(Block root) {
        Block node = root;
        for (Block right = node.right(); right != null; right = node.right()) {
            node = right;
        }
        return node;
    }

    /** Visits all blocks in order. */
    static void forEach(@Nullable Block root, Consumer<Block> visitor) {
        if (root != null) {
            forEach(root.left(), visitor);
            visitor.accept(root);
            forEach(root.right(), visitor);
        }
    }

    /** Makes what precedes the block in a tree its left child, and the rest its right child. */
    private static void split(@Nullable Block root, Block block) {
        block.setLeft(null);
        block.setRight(null);
        Block lower = block;
        Block upper = block;
        for (Block node = root; node != null; ) {
            if (node.precedes(block)) {
                link(lower, lower == block, node);
                lower = node;
                node = node.right();
            } else {
                link(upper, upper != block, node);
                upper = node;
                node = node.left();
            }
        }
        if (lower != block) {
            lower.setRight(null);
        }
        if (upper != block) {
            upper.setLeft(null);
        }
    }

    /** Joins two trees of which all of the first precedes all of the second. */
    private static @Nullable Block merge(@Nullable Block first, @Nullable Block second) {
        Block root = null;
        Block parent = null;
        boolean left = false;
        Block a = first;
        Block b = second;
        while (a != null && b != null) {
            boolean takeA = priority(a) >= priority(b);
            Block top = takeA ? a : b;
            if (parent == null) {
                root = top;
            } else {
                link(parent, left, top);
            }
            parent = top;
            left = !takeA;
            if (takeA) {
                a = a.right();
            } else {
                b = b.left();
            }
        }
        Block rest = a != null ? a : b;
        if (parent == null) {
            return rest;
        }
        link(parent, left, rest);
        return root;
    }

    private static void link(Block parent, boolean left, @Nullable Block child) {
        if (left) {
            parent.setLeft(child);
        } else {
            parent.setRight(child);
        }
    }

    private static int priority(Block block) {
        int mixed = block.number() * 0x9E37_79B9;
        mixed = (mixed ^ (mixed >>> 16)) * 0x85EB_CA6B;
        return (mixed ^ (mixed >>> 13)) >>> 1;
    }
}
