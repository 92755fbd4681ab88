/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which files are opened, as it happens: what a watcher sees, as rows, and what it all came to.
 */
#pragma once
#include "row/sink.h"
#include "scan/watcher.h"

enum {
	WATCH_HELD_MAX = 4096,
	WATCH_ERRNOS = 134 /**< asm-generic/errno.h ends at 133 */
};

struct watch_file;

struct watch_session {
	struct watcher watcher;
	struct sink *sink;
	struct arena arena;       /**< of one row */
	struct arena names;       /**< of `files` */
	struct watch_file *files; /**< that were opened, by path */
	bool summarized;          /**< files are counted: there will be a summary */
	size_t file_count, name_bytes;
	bool files_left_out; /**< there were more than are counted */
	bool follows;        /**< one descriptor, which leads to this: */
	size_t held_len;
	char held[WATCH_HELD_MAX];
	uint64_t events, failures[WATCH_ERRNOS];
	int64_t begun_ns;
	bool full;       /**< the sink wants no more */
	int exit_status; /**< of `wish->command`, as wait(2) tells it, once it has ended */
};

/** Begin; `watcher` is begun already, and its end is the caller's. `summarized`: count files, too. */
void watch_begin(struct watch_session *session, struct sink *sink, bool summarized);

/** The file behind the only descriptor as it is now, as a row `now`; nothing if it is closed. */
void watch_now(struct watch_session *session, const struct watcher_wish *wish);

/** Everything that was seen since, as rows. 0 or -errno. */
int watch_drain(struct watch_session *session);

/** What it came to: files, how long, failures by their reason, events that were lost. */
void watch_summary(const struct watch_session *session, FILE *out);

void watch_end(struct watch_session *session);

/** How often a file was opened; watch_story.c. */
struct watch_count {
	struct text path;
	uint64_t count;
};

/** The files, commonest first, into `ret`: at most `room`. How many. */
size_t watch_commonest(const struct watch_session *session, struct watch_count *ret, size_t room);
