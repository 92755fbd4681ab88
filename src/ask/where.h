/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A census: where one place of every process leads, how many lead there, and who they are.
 */
#pragma once
#include "ask/fate.h"

struct census_comm {
	struct text name;
	uint64_t count;
};

struct census_place {
	struct open_file file; /**< of the first process that leads there */
	struct fate fate;
	struct text kind;
	struct text target; /**< in words, for what has no path */
	struct census_comm *comms;
	size_t comm_count;
	unsigned int *pids;
	size_t pid_count;
};

struct census {
	struct arena arena;
	struct census_place *places; /**< commonest first */
	size_t count;
	uint64_t processes;
};

/** `count` more processes called `comm` lead to `place`. */
void census_count(struct census *census, struct census_place *place, struct text comm,
		  uint64_t count);

/** Say who is at the other end of pipes and sockets; those of one process become one place. */
int census_name_ends(const struct inquiry *inquiry, struct census *census, struct error *err);

/** Make rows of it and push them. */
void census_push(const struct inquiry *inquiry, struct census *census);

/** The sentences above and below the table. */
void census_tell(const struct inquiry *inquiry, const struct census *census);
