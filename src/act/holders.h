/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who can write to a file while it is copied: every descriptor and mapping of it, by identity.
 */
#pragma once
#include "act/attached.h"

struct holders {
	bool complete;                   /**< everybody in sight could be looked at */
	bool namespaced;                 /**< in a PID namespace: others may be out of sight */
	bool mapped;                     /**< somebody maps it shared and writable */
	bool mapped_shared;              /**< somebody maps it shared */
	unsigned int writers, appenders; /**< descriptors that may write; of these, O_APPEND */
	unsigned int kept; /**< of the writers: those that procowl's holds had to keep */
	bool in_flight; /**< descriptors in flight over unix sockets: of which file nobody can say */
	bool in_ring;   /**< an io_uring has it registered: how, nobody can say */
	struct attached attached; /**< a loop device has it */
	unsigned int writer_pid;  /**< the first process that writes; 0: none */
	unsigned int writing_processes;
	struct text writer_comm; /**< in the arena */
	struct text mapper_comm; /**< the first process that maps it writable; likewise */
	unsigned int users,
		holds;         /**< processes that have it; of these procowl's holds are apart */
	unsigned int user_pid; /**< the first user; 0: none */
	struct text user_comm; /**< likewise */
	struct handle hold;    /**< of the first hold */
};

/** Look at all processes, or only those known to hold it. 0, or -errno and a message. */
int holders_look(const struct source *source, const struct held *held, bool all,
		 struct arena *arena, struct holders *ret, struct error *err);

/**
 * The same for words only, after or without a recovery: everybody who has the file now. False when
 * nobody has, or it cannot be known.
 */
bool holders_ask(const struct source *source, const struct deleted_file *file, struct arena *arena,
		 struct holders *ret);
