/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ps_tree.h"

#include <stdlib.h>

/** The siblings that are still to be told, at one depth. */
struct level {
	size_t next, end;
	bool meant;
};

struct telling {
	struct ps_tree *tree;
	void (*each)(void *context, const struct ps_node *node);
	void *context;
	struct level *levels;
	size_t depth;
	size_t shown; /**< how deep what is told lies: what is above may not be meant */
};

void ps_tree_add(struct ps_tree *tree, const struct ps_node *node)
{
	memory_grow(&tree->nodes, tree->count, sizeof(*tree->nodes));
	tree->nodes[tree->count++] = *node;
}

static int by_parent(const void *left, const void *right, void *context)
{
	const struct ps_node *a = left, *b = right;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	int order = sink_compare(context, a->row, b->row);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

/** The first node whose parent is `id` or a higher number. */
static size_t first_child(const struct ps_tree *tree, unsigned int id)
{
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (tree->nodes[middle].parent < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void descend(struct telling *telling, const struct ps_node *node, bool meant)
{
	const struct ps_tree *tree = telling->tree;
	struct level level = { .next = first_child(tree, node->id), .meant = meant };

	level.end = level.next;
	while (level.end < tree->count && tree->nodes[level.end].parent == node->id)
		level.end++;
	memory_grow(&telling->levels, telling->depth, sizeof(*telling->levels));
	telling->levels[telling->depth++] = level;
	telling->shown += meant;
}

static void tell_node(struct telling *telling, struct ps_node *node, bool meant)
{
	/* A number that was used again may look like a ring: everybody is told once. */
	if (node->told)
		return;
	meant = meant || node->meant;
	node->told = true;
	if (meant) {
		node->row->depth = telling->shown;
		facts_know(&node->row->facts, PROCESS_COLUMN_DEPTH);
		telling->each(telling->context, node);
	}
	descend(telling, node, meant);
}

static void tell_from(struct telling *telling, struct ps_node *root)
{
	telling->depth = telling->shown = 0;
	tell_node(telling, root, false);
	while (telling->depth) {
		struct level *level = &telling->levels[telling->depth - 1];

		if (level->next < level->end) {
			tell_node(telling, &telling->tree->nodes[level->next++], level->meant);
			continue;
		}
		telling->shown -= level->meant;
		telling->depth--;
	}
}

static int by_id(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

void ps_tree_tell(struct ps_tree *tree, const struct sink *sink,
		  void (*each)(void *context, const struct ps_node *node), void *context)
{
	struct telling telling = { .tree = tree, .each = each, .context = context };
	unsigned int *ids = memory_resize(NULL, tree->count + 1, sizeof(*ids));

	for (size_t i = 0; i < tree->count; i++)
		ids[i] = tree->nodes[i].id;
	if (tree->count) {
		qsort(ids, tree->count, sizeof(*ids), by_id);
		qsort_r(tree->nodes, tree->count, sizeof(*tree->nodes), by_parent, (void *)sink);
	}
	for (size_t i = 0; i < tree->count; i++) {
		struct ps_node *node = &tree->nodes[i];

		if (node->parent == node->id ||
		    !bsearch(&node->parent, ids, tree->count, sizeof(*ids), by_id))
			tell_from(&telling, node);
	}
	for (size_t i = 0; i < tree->count; i++)
		tell_from(&telling, &tree->nodes[i]);
	free(ids);
	free(telling.levels);
}

void ps_tree_end(struct ps_tree *tree)
{
	free(tree->nodes);
}
