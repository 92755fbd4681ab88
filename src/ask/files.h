/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is open? Every open file of the processes that are meant, each kind decoded.
 */
#pragma once
#include "ask/fate.h"
#include "ask/meant.h"
#include "ask/neighbours.h"
#include "ask/peers.h"
#include "model/file.h"
#include "scan/fdinfos.h"
#include "scan/memory.h"
#include "scan/queues.h"
#include "scan/sockets.h"

/** What the answer is made from, while it is made. */
struct files_ask {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	uint64_t needs;      /**< enum file_needs */
	bool for_people;     /**< aligned text: then a name says who is at the other end, too */
	bool arrows;         /**< the reader can see them: programs always, people in UTF-8 */
	bool only_handles;   /**< all targets are: then the table says it all */
	struct arena kept;   /**< for all the time */
	struct arena *arena; /**< of the rows: one process, or all when rows are kept */
	struct mounts *mounts;
	struct memory_devices memory;
	struct meant meant;
	struct peers *peers;     /**< NULL: nobody asked */
	struct sockets *sockets; /**< likewise */
	bool few_processes;      /**< so that whole tables of sockets are too much for them */
	unsigned int
		everywhere; /**< kinds whose tables of all processes' namespaces are in there */
	uint32_t user_uid;  /**< the owner that was looked up last */
	struct text user;
	struct error *err;
	int rc;
	bool enough;  /**< it is over: no more rows are wanted, or it failed */
	bool partial; /**< not all that a process has open is looked at */
	/* For the sentence above the table. */
	uint64_t processes, descriptors, mapped, deleted;
	unsigned int pid; /**< the only process */
	struct text comm;
	struct handle deleted_at; /**< the first deleted one that could be recovered */
};

/** One process and what is meant of it. */
struct files_process {
	const struct process *process;
	const struct open_file **files;
	struct fate *fates;
	const struct fdinfo_answer *
		*fdinfos;            /**< of each file: what was read in a helper, or NULL */
	const struct queue **queues; /**< of each file: the message queue it is, or NULL */
	size_t count;
	struct neighbours neighbours;
	struct text container;
};

/** Decide the `fates`: only those that may be deleted are asked about. 0, or -errno and a message. */
int files_decide_fates(struct files_ask *ask, struct files_process *out);

/** Read `fdinfos` and `queues`, and add its sockets to `ask->sockets`. 0, or -errno and a message. */
int files_read_aside(struct files_ask *ask, struct files_process *out);

/** Fill the row of file `index`. Texts lie in `ask->arena`, or in the process. */
void files_row(struct files_ask *ask, const struct files_process *process, size_t index,
	       struct file *ret);

/** The sentences above and below the table. */
void files_tell(const struct files_ask *ask);
