/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What only this kind of file has, as one readable line: `count 3`, `watches /etc/passwd`,
 * `SIGINT SIGTERM`. All bytes are as they are: whoever shows it encodes it.
 */
#pragma once
#include <stdio.h>

#include "ask/neighbours.h"
#include "scan/memory.h"
#include "scan/mounts.h"
#include "scan/queues.h"

/** What the details of many files share. */
struct detail_context {
	const struct source *source;
	struct mounts *mounts;
	struct memory_devices *memory;
};

/** One file, and what has been read of it. */
struct detailed {
	const struct open_file *file;
	struct text kind;   /**< of kind_word; "mqueue" where a queue was found */
	struct text fdinfo; /**< as it was read, see scan/fdinfos.h; empty: it was not */
	uint64_t watched;   /**< of an epoll whose fdinfo was cut: how many there are in all */
	const struct queue *queue; /**< of an mqueue; or NULL */
};

enum {
	DETAIL_NAMED = 4,  /**< things one epoll or inotify watches that are named */
	DETAIL_RAW = 4096, /**< bytes shown of what we do not know */
};

/**
 * The detail in the arena; empty where this kind has none, or nothing could be read. Sockets and what they
 * are are told elsewhere. `neighbours` are the files of the same process.
 */
struct text detail_text(const struct detail_context *context, struct neighbours *neighbours,
			const struct detailed *detailed, struct arena *arena);

/** How each kind writes its own: no newline, nothing at all where nothing is known. */
struct detailing {
	const struct detail_context *context;
	struct neighbours *neighbours;
	const struct detailed *detailed;
	struct arena *arena;
	FILE *out;
};

/** Write bytes as they are. */
void detail_write(const struct detailing *detailing, struct text text);

/** In detail_watch.c: what they watch. */
void detail_epoll(const struct detailing *detailing);
void detail_marks(const struct detailing *detailing);

/** In detail_kind.c: all others that have words of their own. */
void detail_eventfd(const struct detailing *detailing);
void detail_timerfd(const struct detailing *detailing);
void detail_signalfd(const struct detailing *detailing);
void detail_pidfd(const struct detailing *detailing);
void detail_memfd(const struct detailing *detailing);
void detail_bpf(const struct detailing *detailing);
void detail_uring(const struct detailing *detailing);
void detail_userfaultfd(const struct detailing *detailing);
void detail_namespace(const struct detailing *detailing);
void detail_queue(const struct detailing *detailing);
void detail_device(const struct detailing *detailing);

/** What we do not know, as the kernel writes it: "key=value, key=value". */
void detail_raw(const struct detailing *detailing);
