/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/crew.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { WAIT_MS = 100 };

size_t crew_size(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (processors < 2)
		return 1;
	return processors < WIRE_WALKERS ? (size_t)processors : WIRE_WALKERS;
}

struct crew *crew_new(const struct iterator_wants *wants)
{
	struct crew *crew = memory_resize(NULL, 1, sizeof(*crew));

	*crew = (struct crew){ .wants = *wants };
	pthread_mutex_init(&crew->lock, NULL);
	return crew;
}

void crew_free(struct crew *crew)
{
	if (crew->is_loaded && !crew->rc)
		iterator_end_tables(&crew->tables);
	if (crew->mappings.program)
		iterator_end_mappings(&crew->mappings);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

bool crew_aim(struct crew *crew, const struct iterator_wants *wants)
{
	if (!crew->is_loaded || crew->rc || crew->wants.wants != wants->wants)
		return false;
	crew->wants = *wants;
	iterator_aim_tables(&crew->tables, wants);
	if (crew->mappings.program)
		iterator_aim_mappings(&crew->mappings, wants);
	return true;
}

/**
 * Whoever comes while it is loaded waits for it, but not for long: only who loads it has to go through
 * with it. 0, or -errno; -EBUSY: the others do it alone.
 */
static int load(struct crew *crew, struct iterator_answer *ret)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (pthread_mutex_clocklock(&crew->lock, CLOCK_MONOTONIC, &until))
		return -EBUSY;
	if (!crew->is_loaded) {
		int64_t begun = clock_ns(CLOCK_MONOTONIC);

		crew->rc = iterator_begin_tables(&crew->wants, &crew->tables, &crew->reason);
		crew->is_loaded = true;
		ret->load_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	}
	ret->rc = crew->rc;
	ret->reason = crew->reason;
	pthread_mutex_unlock(&crew->lock);
	return ret->rc;
}

void crew_walk(struct crew *crew, unsigned int reader, struct job *job, struct iterator_answer *ret)
{
	*ret = (struct iterator_answer){ 0 };
	if (load(crew, ret))
		return;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	ret->rc = iterator_walk_tables(&crew->tables, reader, job, &ret->records);
	ret->walk_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	if (ret->rc)
		error_set(&ret->reason, ret->rc, "the kernel's walk ended early: %s",
			  strerror(-ret->rc));
}

void crew_walk_mappings(struct crew *crew, struct job *job, struct iterator_answer *ret)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct iterator_answer){ 0 };
	if (!crew->mappings.program)
		ret->rc = iterator_begin_mappings(&crew->wants, &crew->mappings, &ret->reason);
	int64_t loaded = clock_ns(CLOCK_MONOTONIC);
	ret->load_ns = loaded - begun;
	if (ret->rc)
		return;
	ret->rc = iterator_walk_mappings(&crew->mappings, job, &ret->records);
	ret->walk_ns = clock_ns(CLOCK_MONOTONIC) - loaded;
	if (ret->rc)
		error_set(&ret->reason, ret->rc, "the kernel's walk ended early: %s",
			  strerror(-ret->rc));
}
