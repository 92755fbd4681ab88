/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Several workers at one walk of all tables of descriptors: the first to come loads the program, and
 * each then takes what no other has. One walks the mappings meanwhile. Outlives workers that are given
 * up; else it can be kept, and walk again.
 */
#pragma once
#include <pthread.h>

#include "scan/iterator.h"

struct crew {
	struct iterator_wants wants;
	pthread_mutex_t lock;
	bool is_loaded; /**< or could not be: `rc` */
	int rc;
	struct error reason;
	struct iterator_tables tables;
	struct iterator_mappings mappings;
};

/** How many are worth their while on this machine. */
size_t crew_size(void);

struct crew *crew_new(const struct iterator_wants *wants);
void crew_free(struct crew *crew);

/** False when a crew that has walked cannot do it again for these. */
bool crew_aim(struct crew *crew, const struct iterator_wants *wants);

/** On a worker, the only one that does: walk the mappings. */
void crew_walk_mappings(struct crew *crew, struct job *job, struct iterator_answer *ret);

/** On a worker: walk, as reader number `reader`, of less than crew_size. */
void crew_walk(struct crew *crew, unsigned int reader, struct job *job,
	       struct iterator_answer *ret);
