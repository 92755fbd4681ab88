/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The files of /proc/PID that facts come from, each into its place: proc(5). Nothing is allocated here,
 * as facts.h has it.
 */
#pragma once
#include "scan/facts.h"

/** One process that is read. */
struct facts_reader {
	const struct facts_reading *reading;
	struct facts_answer *answer;
	struct process_facts *facts;
	int dir; /**< descriptor on its directory */
};

/** 0, -ENODATA where such a process has no such file, -EFBIG when it is too big, else -errno. */
int facts_read_file(struct facts_reader *reader, enum process_file file);

/** True when it has memory of its own, with arguments in it: kernel threads and zombies have not. */
bool facts_have_memory(const struct process_facts *facts);

/** All of the file `name`, below `dir`, as it is, straight behind the facts. 0 or -errno. */
int facts_read_whole(struct facts_reader *reader, const char *name, struct text *ret);
