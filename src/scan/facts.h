/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Reading the facts of one process: what runs in the workers and in the helper process, where nothing
 * may be allocated.
 */
#pragma once
#include "bpf/wire.h"
#include "scan/processes.h"

/** Facts, and behind them the bytes that their texts point to. */
struct facts_answer {
	struct process_facts facts;   /**< `pid` and `tid` say who is asked about */
	const struct wire_task *told; /**< stat and owner, if they are known already; else NULL */
	size_t used;
	bool overflowed; /**< some text did not fit into the room */
	char bytes[];
};

struct facts_reading {
	int proc; /**< descriptor on the procfs */
	uint64_t needs;
	uint64_t rollup_limit;
	size_t room;       /**< of `bytes` */
	bool here;         /**< read only what cannot wait */
	bool counts_files; /**< st_size of /proc/PID/fd is their number: Linux 6.2 */
};

/** Room that is mostly enough for the texts that are needed. */
size_t facts_room(uint64_t needs);

/** True when something is needed that may have to wait for the process. */
bool facts_may_wait(uint64_t needs);

/** True when this kernel tells the number of descriptors without listing them. */
bool facts_counts_files(void);

/**
 * Fill `answer`, zeroed memory but for `pid`, `tid` and `told`; what cannot wait first: whatever is there
 * when it gets stuck is true. Of who was told before, and is not to be found now, everything else has
 * -ESRCH: he has ended, or is hidden from us.
 */
void facts_read(const struct facts_reading *reading, struct facts_answer *answer);
