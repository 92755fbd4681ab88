/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A system call that a thread waits in, in words: what it is for, and which file, process or time it is
 * about.
 */
#pragma once
#include "ask/what.h"

struct telling {
	struct what *what;
	const struct syscall *call;
	struct syscall_shape shape;
	const struct file *file, *other; /**< its descriptors; NULL: none, or not known */
	struct what_doing *out;
	char state; /**< of the thread */
};

#define SAY(telling, ...) arena_format(&(telling)->what->arena, __VA_ARGS__)
/** For %.*s. */
#define TEXT(text) (int)(text).len, (text).bytes

/** "postgres (3127)" */
struct text what_process_word(struct what *what, unsigned int pid);

/** "waits for its child cc1 (77)"; empty: nobody knows what this call is for. */
struct text what_call_say(const struct telling *telling);

/** "waits for its thread worker (77) to end": futex(2). */
struct text what_futex_say(const struct telling *telling);

/** How long the call waits at most, as far as it says. */
bool what_call_patience(const struct telling *telling, int64_t *ret_ns);

/** Where it may take long only because of a disk or a server. */
bool what_call_is_of_disk(const struct file *file);
