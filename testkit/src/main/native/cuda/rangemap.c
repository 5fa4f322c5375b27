/* An ordered map of disjoint address ranges: splitting and merging of the treap, and the searches. */
#include "rangemap.h"

static uint32_t next_priority(void) {
    static uint32_t seed = 2463534242u;
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static void split(struct node *tree, uint64_t start, struct node **left, struct node **right) {
    if (tree == NULL) {
        *left = NULL;
        *right = NULL;
    } else if (tree->start < start) {
        *left = tree;
        split(tree->right, start, &tree->right, right);
    } else {
        *right = tree;
        split(tree->left, start, left, &tree->left);
    }
}

static struct node *merge(struct node *left, struct node *right) {
    if (left == NULL) {
        return right;
    }
    if (right == NULL) {
        return left;
    }
    if (left->priority > right->priority) {
        left->right = merge(left->right, right);
        return left;
    }
    right->left = merge(left, right->left);
    return right;
}

void rangemap_insert(struct rangemap *map, struct node *node) {
    struct node *left;
    struct node *right;
    node->left = NULL;
    node->right = NULL;
    node->priority = next_priority();
    split(map->root, node->start, &left, &right);
    map->root = merge(merge(left, node), right);
    map->count++;
}

void rangemap_remove(struct rangemap *map, struct node *node) {
    struct node **link = &map->root;
    while (*link != node) {
        link = node->start < (*link)->start ? &(*link)->left : &(*link)->right;
    }
    *link = merge(node->left, node->right);
    map->count--;
}

struct node *rangemap_from(const struct rangemap *map, uint64_t address) {
    struct node *best = NULL;
    struct node *tree = map->root;
    while (tree != NULL) {
        if (tree->end > address) {
            best = tree;
            tree = tree->left;
        } else {
            tree = tree->right;
        }
    }
    return best;
}

struct node *rangemap_at(const struct rangemap *map, uint64_t address) {
    struct node *found = rangemap_from(map, address);
    return found != NULL && found->start <= address ? found : NULL;
}
