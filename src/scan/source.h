/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How we look: a source walks the processes and says what they hold open. It never stops, signals or
 * blocks on what it looks at. What vanishes or cannot be read meanwhile is a gap, not an error.
 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "kernel/inode.h"
#include "model/handle.h"

/** One open file of one process. Texts live as long as the callback that was given them. */
struct open_file {
	struct handle handle;
	struct text link; /**< as the kernel writes it, " (deleted)" included */
	int link_rc;      /**< -ENAMETOOLONG: has a name, but one the kernel does not tell */
	struct inode inode;
	int inode_rc;   /**< 0: `inode` is known; else why not: then what is not 0 in it is known */
	uint32_t flags; /**< O_*, when `flags_known` */
	bool flags_known;
	bool access_known, readable, writable; /**< what it may be used for */
	bool locked; /**< when `flags_known`: a lock or a lease is held through it */
	bool pos_known;
	uint64_t pos;        /**< offset, bytes */
	struct text fdinfo;  /**< the kernel's text about it, where that says more: LOOK_DETAILS */
	bool map_shared;     /**< USE_MAP: some mapping is shared */
	bool map_writable;   /**< USE_MAP: and writable */
	bool map_executable; /**< USE_MAP: some mapping is code */
	uint64_t map_start, map_end; /**< USE_MAP: addresses of one of its mappings */
};

enum { OPEN_FILE_PATH_MAX = 96 };

/** Where the magic link of `file` is below /proc: "4076/fd/7". Returns `buffer`. */
const char *open_file_path(char buffer[OPEN_FILE_PATH_MAX], const struct open_file *file);

struct process {
	unsigned int pid;
	struct text comm;
	bool uid_known;
	uint32_t uid; /**< effective: LOOK_OWNER */
	const struct open_file *files;
	size_t count;
};

enum look_filter {
	LOOK_DELETED, /**< what may be deleted: by the kernel's text, still to be checked */
	LOOK_INODE,   /**< what is this one file, with its flags, by all its names */
	LOOK_ALL,     /**< everything */
	LOOK_ONE,  /**< one place of every process: a descriptor by its number, or cwd, root, exe */
	LOOK_ENDS, /**< descriptors of what connects processes: pipes, sockets, eventfds, ptys; with
		       LOOK_IDENTITY those that have a name too: fifos, message queues */
	LOOK_SOCKETS, /**< descriptors of these sockets; of their inodes only the number is told */
};

/**
 * What is to be found out beside the names; each costs a system call or more. LOOK_DELETED and
 * LOOK_INODE find out themselves what they need, but for LOOK_OWNER and LOOK_SLOTS.
 */
enum look_needs {
	LOOK_IDENTITY = 1 << 0,       /**< `inode`, but what LOOK_DISK is about */
	LOOK_NAMED_IDENTITY = 1 << 1, /**< the same of what has a path, but for the mount of what is
					   mapped; LOOK_IDENTITY implies it */
	LOOK_ACCESS = 1 << 2,         /**< `readable`, `writable` */
	LOOK_STATE = 1 << 3,          /**< `pos` of what has one */
	LOOK_FLAGS = 1 << 4,          /**< `flags`, but of what fdinfos_may_wait for */
	LOOK_DETAILS = 1 << 5,        /**< `fdinfo` of what is no file with a name */
	LOOK_LOCKS = 1 << 6,          /**< `fdinfo` of what is locked */
	LOOK_OWNER = 1 << 7,          /**< `uid` of the process */
	LOOK_MAPPED = 1 << 8,         /**< LOOK_ALL: mapped files too */
	LOOK_NAMED = 1 << 9, /**< LOOK_ALL: only what has a path, or a name too long to be told */
	LOOK_FLIGHTS = 1 << 10, /**< LOOK_ALL: count descriptors in flight, as the first two do */
	LOOK_SLOTS = 1 << 11, /**< LOOK_INODE: slots of io_urings that have its `path`; of `sought`,
				     that have one of theirs in them */
	LOOK_DISK = 1 << 12,  /**< LOOK_ALL: of `inode` disk, owner and times too */
	LOOK_IDLE = 1 << 13,  /**< descriptors in flight: not of sockets that a table of the moment
				     before tells to have nothing waiting; where they are but told */
	LOOK_MAPPED_DELETED = 1 << 14, /**< LOOK_MAPPED: of these only what may be deleted */
};

/** Of LOOK_ENDS only some. */
enum look_ends {
	LOOK_PIPES = 1 << 0,
	LOOK_SOCKET_ENDS = 1 << 1,
	LOOK_EVENTFDS = 1 << 2,
	LOOK_TERMINALS = 1 << 3,
	LOOK_NAMED_ENDS = 1 << 4, /**< fifos, message queues; with LOOK_IDENTITY */
};

/** Of LOOK_ALL only what may be one of these, by the text of its link; more may come, never less. */
enum look_sorts {
	LOOK_SORT_PATH = 1 << 0, /**< has a path, or a name too long to be told */
	LOOK_SORT_PIPE = 1 << 1,
	LOOK_SORT_SOCKET = 1 << 2,
	LOOK_SORT_EVENTFD = 1 << 3,
	LOOK_SORT_OTHER = 1 << 4,   /**< what else has no path */
	LOOK_SORT_DELETED = 1 << 5, /**< may be deleted, as LOOK_DELETED has it */
};

/** A file that is looked for. */
struct sought {
	struct inode inode;
	struct text path; /**< its name, to know it in an io_uring's list */
};

struct idle;

struct look {
	enum look_filter filter;
	struct inode inode;          /**< LOOK_INODE */
	struct text path;            /**< LOOK_INODE: its name, to know it in an io_uring's list */
	const struct sought *sought; /**< LOOK_INODE: these instead, by ascending inode number */
	size_t sought_count;
	const uint64_t *inos; /**< LOOK_SOCKETS: ascending; outlives workers that are given up.
				   LOOK_ENDS: pipes and sockets, if not NULL only these */
	size_t ino_count;
	unsigned int sorts;       /**< LOOK_ALL: enum look_sorts; 0: all */
	uint64_t number;          /**< LOOK_ALL: what may be an inode of this number; 0: all */
	unsigned int ends;        /**< LOOK_ENDS: enum look_ends; 0: all of them */
	unsigned int needs;       /**< enum look_needs */
	const struct idle *idle;  /**< the source's own, for LOOK_IDLE */
	struct handle one;        /**< LOOK_ONE: its `use` and `fd` */
	const unsigned int *pids; /**< only these; NULL: all */
	size_t pid_count;
	/** Called on the calling thread, by ascending pid, for processes with at least one file. */
	void (*found)(void *context, const struct process *process);
	void *context;
	const bool *enough; /**< set by `found`: no more processes are wanted; or NULL */
};

/** What was seen, and what was not. Kernel threads, which hold no files, are not counted. */
struct tally {
	unsigned int looked;  /**< processes read, as far as they lived */
	unsigned int denied;  /**< not ours to read */
	unsigned int guarded; /**< not even root's to read: they have a right that we have not */
	unsigned int blocked; /**< did not answer in time */
	unsigned int blocked_pid; /**< the first of these; 0: not known */
	unsigned int vanished;    /**< ended while they were read */
	bool namespaced;          /**< we are in a PID namespace: who is outside cannot be seen */
	bool hidden;              /**< /proc is mounted so that others' processes do not show */
	unsigned int
		in_flight; /**< descriptors in flight over unix sockets: nobody can say of what */
	unsigned int sockets;       /**< that they wait in, each counted once */
	struct handle in_flight_at; /**< the first of these */
	unsigned int rings;         /**< LOOK_INODE: io_urings that may have it registered */
	unsigned int busy_rings;    /**< that did not tell what they have registered */
	struct handle busy_ring_at; /**< the first of these */
};

/** How the kernel's own walk was used; for --verbose. */
struct source_bpf {
	bool forced;        /**< --source bpf: for a few processes too, and procfs is no way out */
	bool failed;        /**< it cannot be had, or ended early, and is not tried again */
	struct error why;   /**< then; or why mappings were left to /proc */
	unsigned int looks; /**< that it answered */
	unsigned int left;  /**< looks that /proc answers as fast, or alone can */
	int64_t load_ns;    /**< in all: bringing the programs into the kernel */
	int64_t descriptors_ns, mappings_ns, tasks_ns; /**< and their walks */
	unsigned int socket_walks;                     /**< for sockets: scan/socket_told.c */
	int64_t sockets_ns;       /**< and how long they took, loading and all */
	struct error sockets_why; /**< they cannot be had, and are not tried again */
	struct crew *crew;        /**< of the last walk, which may walk again; or NULL */
};

struct source {
	const char *name;
	int proc;               /**< descriptor on the procfs that is read */
	bool foreign;           /**< it is another one than ours: --proc; its PIDs are not ours */
	struct source_bpf *bpf; /**< of source_bpf; else NULL */
	/** Look as asked; adds to `tally`. 0, or -errno and a message. */
	int (*look)(const struct source *source, const struct look *look, struct tally *tally,
		    struct error *err);
};

/** True when LOOK_ALL is not about all. */
static inline bool look_is_narrow(const struct look *look)
{
	return look->sorts || look->number;
}

/** True when `inode` is one of those LOOK_INODE looks for. */
bool look_seeks(const struct look *look, const struct inode *inode);

/** The same by what a mapping says of itself: its number, and its device or one of a kind that lies. */
bool look_seeks_number(const struct look *look, uint64_t ino);
bool look_seeks_mapped(const struct look *look, dev_t dev, uint64_t ino);

/** True when `line`, of an io_uring's list, holds the name of one of them. */
bool look_names(const struct look *look, struct text line);

/** Process `pid` did not answer in time; 0: it is not known which one. */
static inline void tally_add_blocked(struct tally *tally, unsigned int pid)
{
	tally->blocked++;
	if (!tally->blocked_pid)
		tally->blocked_pid = pid;
}

/** True when everything there was could be seen. */
static inline bool tally_is_complete(const struct tally *tally)
{
	return !tally->denied && !tally->blocked && !tally->hidden;
}

/** The same, and nobody kept us out of what root may see either. */
static inline bool tally_saw_all(const struct tally *tally)
{
	return tally_is_complete(tally) && !tally->guarded;
}

/**
 * The source that reads /proc, or the procfs mounted at `directory` when not NULL. 0, or -errno and a
 * message. source_close gives the descriptor back.
 */
int source_procfs(const char *directory, struct source *ret, struct error *err);

/**
 * All processes but ourselves, ascending, into `arena`; `tally` gets what keeps others from being seen.
 * 0, or -errno and a message.
 */
int source_pids(const struct source *source, struct arena *arena, unsigned int **ret, size_t *count,
		struct tally *tally, struct error *err);
void source_close(struct source *source);

/** True when /proc is mounted so that it does not show us everybody: proc(5), hidepid. */
bool source_hides_others(const struct source *source);

/**
 * The source that lets the kernel walk its own tables (Linux 5.17, CAP_BPF and CAP_PERFMON) and then
 * asks /proc about what that found, so that its rows are the same; of LOOK_ALL (Linux 6.1) about what
 * the kernel's structs alone do not tell. `source` is one of source_procfs
 * and becomes this; where the walk cannot be had, /proc alone answers. With `forced` it must be had:
 * 0, or -errno and a message.
 */
int source_bpf(struct source *source, bool forced, struct error *err);
