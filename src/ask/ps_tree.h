/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Parents before their children: rows gathered, then told in the order of the tree.
 */
#pragma once
#include "model/process.h"
#include "row/sink.h"

struct ps_node {
	struct process_row *row;
	unsigned int id, parent; /**< its number, and whose child it is */
	bool meant;              /**< it, and all below it */
	bool of_kernel;
	bool told;
};

struct ps_tree {
	struct ps_node *nodes;
	size_t count;
};

/** Add a node; its row must live until ps_tree_tell. */
void ps_tree_add(struct ps_tree *tree, const struct ps_node *node);

/**
 * Call `each` for all that is meant and what descends from it, in the order of the tree; siblings as
 * `sink` sorts, then by number. The row's depth is set. Who has no parent here begins a tree.
 */
void ps_tree_tell(struct ps_tree *tree, const struct sink *sink,
		  void (*each)(void *context, const struct ps_node *node), void *context);

void ps_tree_end(struct ps_tree *tree);
