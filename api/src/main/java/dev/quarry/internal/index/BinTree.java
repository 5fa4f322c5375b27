package dev.quarry.internal.index;

import java.util.function.IntConsumer;

/**
 * The search tree inside a bin, ordered by size and then address: a treap whose links are in the block table and whose
 * priorities are a hash of the block's number, so that its expected depth is O(log n) whatever the order of insertion.
 *
 * <p>Works on roots: every operation takes one and returns the new one. Guarded by the pool's lock.
 */
final class BinTree {
    /* Seidel, Aragon: Randomized search trees. Algorithmica 16, 1996. */
    private final BlockTable table;

    BinTree(BlockTable table) {
        this.table = table;
    }

    /** Adds a block to a tree, which may be empty (0). */
    int insert(int root, int block) {
        int priority = priority(block);
        int parent = 0;
        boolean left = false;
        int node = root;
        while (node != 0 && priority(node) >= priority) {
            parent = node;
            left = table.precedes(block, node);
            node = left ? table.left(node) : table.right(node);
        }
        split(node, block);
        if (parent == 0) {
            return block;
        }
        link(parent, left, block);
        return root;
    }

    /** Takes a block out of the tree it is in. */
    int remove(int root, int block) {
        int rest = merge(table.left(block), table.right(block));
        if (root == block) {
            return rest;
        }
        int node = root;
        int parent;
        boolean left;
        do {
            assert node != 0 : "block " + block + " is not in the index";
            parent = node;
            left = table.precedes(block, node);
            node = left ? table.left(node) : table.right(node);
        } while (node != block);
        link(parent, left, rest);
        return root;
    }

    /** Returns the first block of at least a size, or 0. */
    int atLeast(int root, long size) {
        int found = 0;
        for (int node = root; node != 0; ) {
            if (table.size(node) >= size) {
                found = node;
                node = table.left(node);
            } else {
                node = table.right(node);
            }
        }
        return found;
    }

    /** Returns the first block of a tree that is not empty. */
    int first(int root) {
        int node = root;
        for (int left = table.left(node); left != 0; left = table.left(node)) {
            node = left;
        }
        return node;
    }

    /** Returns the last block of a tree that is not empty. */
    int last(int root) {
        int node = root;
        for (int right = table.right(node); right != 0; right = table.right(node)) {
            node = right;
        }
        return node;
    }

    /** Visits all blocks in order. */
    void forEach(int root, IntConsumer visitor) {
        if (root != 0) {
            forEach(table.left(root), visitor);
            visitor.accept(root);
            forEach(table.right(root), visitor);
        }
    }

    /** Makes what precedes the block in a tree its left child, and the rest its right child. */
    private void split(int root, int block) {
        table.setLinks(block, 0, 0);
        int lower = block;
        int upper = block;
        for (int node = root; node != 0; ) {
            if (table.precedes(node, block)) {
                link(lower, lower == block, node);
                lower = node;
                node = table.right(node);
            } else {
                link(upper, upper != block, node);
                upper = node;
                node = table.left(node);
            }
        }
        if (lower != block) {
            table.setRight(lower, 0);
        }
        if (upper != block) {
            table.setLeft(upper, 0);
        }
    }

    /** Joins two trees of which all of the first precedes all of the second. */
    private int merge(int first, int second) {
        if (first == 0 || second == 0) {
            return first | second;
        }
        int root = 0;
        int parent = 0;
        boolean left = false;
        int a = first;
        int b = second;
        while (a != 0 && b != 0) {
            boolean takeA = priority(a) >= priority(b);
            int top = takeA ? a : b;
            if (parent == 0) {
                root = top;
            } else {
                link(parent, left, top);
            }
            parent = top;
            left = !takeA;
            if (takeA) {
                a = table.right(a);
            } else {
                b = table.left(b);
            }
        }
        link(parent, left, a | b);
        return root;
    }

    private void link(int parent, boolean left, int child) {
        if (left) {
            table.setLeft(parent, child);
        } else {
            table.setRight(parent, child);
        }
    }

    private static int priority(int block) {
        int mixed = block * 0x9E37_79B9;
        mixed = (mixed ^ (mixed >>> 16)) * 0x85EB_CA6B;
        return (mixed ^ (mixed >>> 13)) >>> 1;
    }
}
