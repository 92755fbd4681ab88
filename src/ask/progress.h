/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How far is it? Every process that moves through a file, whatever its name: what it has open is looked at
 * again and again, and compared. Only who did something meanwhile, or is kept from it, is looked at closely.
 */
#pragma once
#include <sys/stat.h>

#include "ask/meant.h"
#include "ask/question.h"
#include "model/progress.h"
#include "scan/called.h"
#include "scan/processes.h"

/** What the position is taken from, the strongest first. */
enum progress_evidence {
	EVIDENCE_POS,         /**< the file's own offset */
	EVIDENCE_GROWTH,      /**< how much longer the destination became than its offset says */
	EVIDENCE_OFFSET,      /**< the place that the call was told, as pread64(2) is */
	EVIDENCE_RCHAR,       /**< what the process read in all: at most as far */
	EVIDENCE_WRITE_BYTES, /**< what it gave the disks to write: likewise */
	EVIDENCE_READ_BYTES,  /**< what the disk had to bring for it: likewise */
	EVIDENCE_MAPPED,      /**< what of files it has in memory: likewise */
};

/** One open file at one moment. */
struct seen_file {
	struct open_file file; /**< texts in the sample's arena */
	uint64_t total;        /**< bytes; 0: it has no end that is known */
	bool meant;            /**< a target means it, or there are none */
};

/** One process at one moment. */
struct seen {
	unsigned int pid;
	uint64_t start; /**< with the pid, its name */
	int pgrp;       /**< its job: setpgid(2) */
	struct text comm;
	char state;
	int64_t at_ns; /**< CLOCK_MONOTONIC, of the files if they were read */
	uint64_t ticks, faults, threads;
	uint64_t ran_ns; /**< on a processor, so far; 0: not told */
	bool has_io, has_statm;
	struct pidio io;      /**< before its files were read */
	struct pidio io_late; /**< after that, of who was looked at closely */
	uint64_t file_bytes;  /**< of files in memory */
	bool blocked;         /**< waits for room in a pipe or socket, as far as the kernel says */
	bool close;           /**< its files were read */
	bool called_known;
	struct called called;    /**< CALLED_KNOWN: and `rc` says whether it may be seen */
	struct seen_file *files; /**< in order: seen_file_compare */
	size_t count;
};

/** All of them. */
struct sample {
	struct arena arena;
	struct seen *items; /**< by pid */
	size_t count;
};

/** A transfer in one process: files of one moment, and how far it is. */
struct movement {
	const struct seen *process;
	const struct seen_file *input, *output; /**< either may be NULL */
	const struct seen_file *file;           /**< which of them the position is in */
	enum progress_evidence evidence;
	uint64_t position;  /**< bytes */
	bool known;         /**< else only that it moves */
	bool many;          /**< through many files, none of which was met with; `file` is none */
	bool moved;         /**< since the sample before */
	uint64_t moved_by;  /**< for which of several moves most */
	uint64_t under_way; /**< of `position`: what a call has copied that is not at its end */
	uint64_t total;     /**< 0: none */
};

/** What is remembered of a transfer from look to look. */
struct passage {
	unsigned int pid;
	uint64_t start;
	struct handle handle;
	uint64_t device, ino;
	int64_t last_ns, moved_ns; /**< last seen, last moved: CLOCK_MONOTONIC */
	uint64_t position, total;
	bool position_known;
	enum progress_evidence evidence;
	int64_t rated_ns;   /**< over how long */
	double rate;        /**< bytes a second, smoothed */
	struct pidio base;  /**< counters of the process before it opened the file */
	uint64_t under_way; /**< as that of the movement */
	bool by_offset;     /**< its offset was seen to move */
	bool grew;          /**< the destination was seen to grow */
	unsigned int round; /**< when it was last there */
};

/** A transfer as it is told. Texts lie in the sample. */
struct told {
	struct progress_row row;
	uint64_t weight; /**< bytes that it moved */
	bool moves;
};

struct progress {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct mounts *mounts;
	struct scope scope;
	struct meant meant;
	struct arena kept;
	unsigned int round;
	bool last; /**< this is the last look: only who moved in the one before can be told */
	struct sample samples[2]; /**< of this round and of the one before */
	struct passage *passages;
	size_t passage_count;
	unsigned int *followed; /**< processes that are looked at whatever they do; ascending */
	size_t followed_count;
	uint64_t *asked; /**< pipes and fifos whose other ends were looked for already */
	size_t asked_count;
	struct joint {
		struct joint_end {
			unsigned int pid;
			uint64_t start, ino; /**< of the socket */
		} writer, reader;
	} * joints; /**< who works together through a socket */
	size_t joint_count;
	struct sockets *sockets; /**< once one is met with; else NULL */
	struct far_end {
		uint64_t ino;
		struct text name;
	} * far_ends; /**< who is at the other end of these sockets */
	size_t far_end_count;
	struct arena far_texts; /**< their names */
	struct told *told;      /**< of this round, what moves most first */
	size_t told_count;
	struct teller {
		unsigned int pid;
		uint64_t start;
	} * tellers; /**< whose they were, when there were some */
	size_t teller_count;
	struct teller *joint_asked; /**< who was asked for whom its sockets lead to */
	size_t joint_asked_count;
	bool utf8;
};

/** Find out what the targets mean. 0, or -errno and a message; progress_end frees, in any case. */
int progress_begin(const struct inquiry *inquiry, struct outcome *outcome, struct progress *ret,
		   struct error *err);
void progress_end(struct progress *progress);

/** Look once more, and compare: `told` is of this look. 0, or -errno and a message. */
int progress_look(struct progress *progress, struct error *err);

/** True when somebody is still there of those who moved when anything did last. */
bool progress_any_lives(const struct progress *progress);

/** Say which targets moved through nothing, and what could not be seen, once all is looked at. */
void progress_explain(struct progress *progress);

/** Two samples of everybody, `interval_ns` apart; closely at who moved in the first part of it. */
int progress_look_twice(struct progress *progress, int64_t interval_ns, struct error *err);

/* The steps of a look. */

/** Take a sample of this round. */
int progress_sample(struct progress *progress, struct error *err);

/** What is cheap to know of these, or of all where `pids` is NULL. `pids` ascend. */
int progress_facts(struct progress *progress, const unsigned int *pids, size_t count,
		   struct error *err);

/** What those have read and written by now, whose files were read: `io_late`. `pids` ascend. */
int progress_late(struct progress *progress, const unsigned int *pids, size_t count,
		  struct error *err);

/** The same for these too, which are followed by now. `pids` ascend. */
int progress_sample_more(struct progress *progress, const unsigned int *pids, size_t count,
			 struct error *err);

/** Look for who is at the other end of the pipes of who moves, and closely at them too. */
int progress_follow(struct progress *progress, struct error *err);

/** From now on these are looked at closely, whatever they do; whether `pid` is. */
void pipeline_follow(struct progress *progress, const unsigned int *pids, size_t count);
bool progress_follows(const struct progress *progress, unsigned int pid);

/** The process in a sample, or NULL. */
struct seen *sample_find(const struct sample *sample, unsigned int pid);

/** The same process in the sample before, if it was looked at; else NULL. */
const struct seen *progress_past(const struct progress *progress, const struct seen *now);

/** By kind of place, thread and descriptor: for qsort(3). */
int seen_file_compare(const void *left, const void *right);

/** The same file through the same descriptor in an earlier look at the process; NULL: it had it not. */
const struct seen_file *seen_again(const struct seen *before, const struct seen_file *file);

/** What `now` moves through. False: through nothing, and it is not kept from it. */
bool movement_find(const struct progress *progress, const struct seen *now, struct movement *ret);

/** True when it cannot go on by itself: it is stopped, waits for a disk, or for who takes what it writes. */
bool movement_is_kept(const struct seen *now);

/** What the process had counted before it opened the file. */
struct pidio movement_base(const struct progress *progress, const struct seen *now,
			   const struct seen_file *file);

/** What is remembered of a passage through `file`; NULL: nothing. */
struct passage *passage_find(const struct progress *progress, const struct seen *now,
			     const struct seen_file *file);

/** Remember this one, and how fast it is; of who goes from file to file, `moved_by` is through all of them. */
const struct passage *passage_note(struct progress *progress, struct movement *movement);

/** Forget who was not there in this round. */
void passage_forget(struct progress *progress);

/** How sure it is that a process works on a pipe. */
enum pipe_worth {
	PIPE_NOT_AT_ALL,
	PIPE_ONLY_ONE, /**< it has no other beyond standard error */
	PIPE_STANDARD, /**< it is its standard input or output */
	PIPE_CALLED,   /**< its call is about it */
};

/** Whether it may go this way through a pipe; who has a fifo open both ways, fifo(7), keeps it open. */
bool pipeline_may_use(const struct open_file *file, bool to_read);

/** The pipe, or fifo, that it works on; NULL: it has none, or there is no telling which. */
const struct seen_file *pipeline_end(const struct seen *now, bool to_read, enum pipe_worth *worth);

/**
 * Find out who works together through a socket. 0, or -errno and a message.
 */
int joint_look(struct progress *progress, struct error *err);

/** Who reads all that it writes to a socket, who writes what it reads; NULL: nobody that is known. */
const struct seen *joint_reader(const struct progress *progress, const struct seen *writer);
const struct seen *joint_writer(const struct progress *progress, const struct seen *reader);

/** Whether it waits for who reads that. */
bool joint_is_kept(const struct progress *progress, const struct seen *writer);

/** Who reads the pipe that it writes to, who writes the one that it reads; NULL: none that was seen. */
const struct seen *pipeline_reader(const struct progress *progress, const struct seen *now);
const struct seen *pipeline_writer(const struct progress *progress, const struct seen *now);

enum { PIPELINE_MAX = 16 };

/** `first` and who reads on from it, into `ret`. How many. */
size_t pipeline_of(const struct progress *progress, const struct seen *first,
		   const struct seen *ret[PIPELINE_MAX]);

/** On what the last of a pipeline waits, in words; empty: on nothing that is known. */
struct text waiting_say(const struct progress *progress, const struct seen *const *members,
			size_t count);

/** What it writes to; who fills its buffers first has not done so yet. NULL: no file. */
const struct seen_file *ends_output(const struct progress *progress,
				    const struct movement *movement, const struct seen *seen);

/** Where a movement comes from, and where the last of its pipeline takes it; empty: not known. */
struct text ends_source(struct progress *progress, const struct movement *movement,
			struct arena *arena);
struct text ends_destination(struct progress *progress, const struct movement *movement,
			     const struct seen *const *members, size_t count);

/** Who is at the other end of a socket: "nc (4076)", "142.250.74.46:443", or "a socket". */
struct text socket_far_end(struct progress *progress, const struct seen_file *file);

/** The socket at the other end of a unix(7) stream; 0: there is none, or it may not be known. */
uint64_t socket_unix_peer(struct progress *progress, const struct seen_file *file);

/** Before a look: forget them where they have become many. */
void socket_forget(struct progress *progress);

/** Make a row. False: no target means it, or it is not worth one. */
bool progress_row(struct progress *progress, struct movement *movement, struct told *ret);

/** The sentence that answers; nothing where nothing was found and not all could be looked at. */
void progress_headline(const struct progress *progress, FILE *out);

/** The same, and what to do next, around a table. Either stream may be NULL: then nothing. */
void progress_tell(const struct progress *progress, FILE *head, FILE *tail);

/** For when they have ended: a line for each, where it was seen last. */
void progress_last_seen(const struct progress *progress, FILE *out);

static inline struct sample *progress_now(struct progress *progress)
{
	return &progress->samples[progress->round % 2];
}

static inline struct sample *progress_before(struct progress *progress)
{
	return &progress->samples[(progress->round + 1) % 2];
}

/** True when it is known in which call it waits. */
static inline bool seen_is_inside(const struct seen *seen)
{
	return seen->called_known && !seen->called.rc && !seen->called.compat &&
	       seen->called.call.where == SYSCALL_INSIDE;
}

static inline bool seen_file_is(const struct seen_file *file, uint32_t kind)
{
	return !file->file.inode_rc && (file->file.inode.mode & S_IFMT) == kind;
}
