/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is this process? One page: who it is, what it does right now, what it uses, what it may. Only that
 * process is looked at, its parents by name, and, to name who is at the other end of its pipes and
 * sockets, who else has those.
 */
#pragma once
#include "kernel/boottime.h"
#include "model/file.h"
#include "scan/containers.h"
#include "scan/insight.h"
#include "scan/processes.h"
#include "show/page.h"

struct what_wish {
	const struct source *source;
	unsigned int pid;
	bool peers;          /**< look at others, to name who is at the other end */
	bool environment;    /**< show all of it, secrets too */
	const char *program; /**< how procowl was called, for hints; quoted for the shell */
};

struct what_thread {
	unsigned int tid;
	struct text comm;
	char state;                  /**< as of proc_pid_stat(5) */
	const struct glance *glance; /**< NULL: there are so many that it was not looked at */
};

struct what_threads {
	struct what_thread *items; /**< by ascending tid */
	size_t count;
	bool switches_known; /**< the sums below are of all threads */
	uint64_t voluntary, nonvoluntary;
};

/** All that was found out, before anything is said. Texts lie in the arena. */
struct what {
	const struct what_wish *wish;
	struct page *page;
	struct arena arena;
	int dir; /**< of the process, in /proc */
	struct boottime now;
	struct process_facts facts;
	struct namespaces own; /**< procowl's */
	struct container container;
	struct what_threads threads;
	unsigned int tid; /**< the thread that stands for all: the first that is alive; 0: none */
	struct insight insight;
	struct text user;  /**< once it was looked up */
	struct text wchan; /**< the kernel's function it waits in; empty: not known */
	int files_rc;      /**< -EACCES: not ours to see */
	struct file *files;
	size_t file_count;
	struct texts gaps; /**< sections that could not be filled */
	struct text *gap_items;
};

/**
 * Look at the process and fill the page. 0; -ESRCH: it is not there (any more); -EACCES: nothing of it may be
 * seen; else -errno; with a message.
 */
int what_ask(const struct what_wish *wish, struct page *page, struct error *err);

/** Find out all that there is to say; what_end frees. */
int what_gather(struct what *what, struct error *err);
void what_end(struct what *what);

/** Look through its open files; then, where it is asked for, at who is at the other ends. */
int what_gather_files(struct what *what, struct error *err);
int what_gather_peers(struct what *what, struct error *err);

/** True when it is in the table of the thread that stands for all, and not of another one's own. */
bool what_is_of_all(const struct what *what, const struct file *file);

/** Descriptor `fd` as the thread that tells most has it, or NULL. */
const struct file *what_file_told(const struct what *what, unsigned int fd);

/** Descriptor `fd` among its files, or NULL. */
const struct file *what_file(const struct what *what, unsigned int fd);

/** True when it is a socket of any family. */
bool what_is_socket(const struct file *file);

/** "root", and of one who has no name "user 1000". */
struct text what_user_word(struct what *what, struct text user);

/** Text for a cell of the page, encoded as a person reads it. */
struct text what_shown(struct what *what, struct text text);

/** How many descriptors it has, as far as that is known. */
uint64_t what_open_files(const struct what *what, bool *known);

static inline bool what_knows(const struct file *file, enum file_column column)
{
	return file->facts.known[column / 64] >> column % 64 & 1;
}

static inline bool what_is_kernel_thread(const struct what *what)
{
	return what->facts.stat.flags & PIDSTAT_KTHREAD;
}

/** Ended, and no thread of it goes on. */
static inline bool what_has_ended(const struct what *what)
{
	return (what->facts.stat.state == 'Z' || what->facts.stat.state == 'X') && !what->tid;
}

/** Those that run, or wait for nothing but a disk. */
static inline bool what_is_busy(const struct what_thread *thread)
{
	return thread->state == 'R' || thread->state == 'D';
}

size_t what_busy(const struct what *what);

/** The number of a line of its status; false: it has none. */
bool what_number(const struct what *what, enum pidstatus_line line, uint64_t *ret);

/**
 * A line that says why there is nothing to say, in the section that was begun: `rc` as the attempt to
 * read it ended.
 */
void what_gap(struct what *what, const char *label, int rc);

/** The same where a line says it already, or there is no line of its own for it. */
void what_miss(struct what *what, const char *label, int rc);

/** "not yours; run as root" */
const char *what_reason(int rc);

/** What it does right now, for a sentence that begins with "It". */
struct what_doing {
	struct text phrase; /**< "waits for events" */
	struct text where;  /**< "waits in epoll_wait on 4076:15"; empty: the phrase says it all */
	const struct file *file;   /**< that it works on, or NULL */
	bool moves;                /**< it reads or writes that */
	const char *call;          /**< name of the system call, or NULL */
	unsigned int blocker;      /**< the process it waits for; 0: not known */
	unsigned int blocking_tid; /**< its own thread that it waits for; 0: none, or not known */
	struct text watches;       /**< what the epoll that it waits in watches; empty: none */
	struct texts polled;       /**< handles of what poll(2) or select(2) waits for */
};

void what_doing(struct what *what, struct what_doing *ret);

/** The process that keeps it from the lock it waits for, in words: "postgres (3127)"; empty: not known. */
struct text what_lock_holder(struct what *what, const struct file *file, bool open_file,
			     unsigned int *pid);

/** True when a variable of the environment looks like what nobody else should read. */
bool what_is_secret(struct text name, struct text value);

/* The sections, in the order of the page. */
void what_tell_headline(struct what *what, const struct what_doing *doing);
void what_tell_command(struct what *what);
void what_tell_doing(struct what *what, const struct what_doing *doing);
void what_tell_cpu(struct what *what);
void what_tell_memory(struct what *what);
void what_tell_disk(struct what *what);
void what_tell_streams(struct what *what);
void what_tell_files(struct what *what, const struct what_doing *doing);
void what_tell_sockets(struct what *what);
void what_tell_threads(struct what *what);
void what_tell_processors(struct what *what);
void what_tell_groups(struct what *what);
void what_tell_rights(struct what *what);
void what_tell_signals(struct what *what);
void what_tell_limits(struct what *what);
void what_tell_place(struct what *what);
void what_tell_environment(struct what *what);
