/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which thread keeps another one waiting on a futex(2). The kernel knows only a word in memory; whose it is
 * the C library has put there, or not: of a mutex of glibc, its owner stands two words on
 * (sysdeps/nptl/bits/struct_mutex.h), of one with priority inheritance, or a robust one, in the word itself,
 * and a thread that is joined has its number there until it ends. Other words may look the same by
 * chance, so whoever is named must be a thread of this process; and of a mutex it is only probable.
 */
#include <linux/futex.h>

#include "ask/what_call.h"

/** Bits of `__kind` of a glibc mutex: its type, robust, priorities, shared, elision. */
enum { MUTEX_KINDS = 0x3ff, WORD_OWNER = 2, WORD_USERS = 3, WORD_KIND = 4 };

static const struct what_thread *find_thread(const struct what *what, uint32_t tid)
{
	for (size_t i = 0; tid && i < what->threads.count; i++) {
		if (what->threads.items[i].tid == tid)
			return &what->threads.items[i];
	}
	return NULL;
}

/** In a PID namespace of its own, numbers in its memory mean other threads. */
static bool has_our_numbers(const struct what *what)
{
	return !what->facts.rcs[PROCESS_STATUS] && what->facts.status.inner_pid == what->wish->pid;
}

/** glibc, pthread_join: it waits, not privately, for the kernel to clear the number. */
static bool is_join(const struct telling *telling, uint32_t word)
{
	unsigned int operation = (unsigned int)syscall_int(telling->call, 1);
	uint32_t value = (uint32_t)telling->call->arguments[2];

	return (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
	       !(operation & FUTEX_PRIVATE_FLAG) && value == word;
}

/** A mutex that somebody else waits for too, or nobody yet: lll_lock_wait of glibc. */
static uint32_t mutex_owner(const struct telling *telling, const struct recall *recall)
{
	const uint32_t *words = recall->words;
	uint32_t value = (uint32_t)telling->call->arguments[2];

	if (value & FUTEX_WAITERS)
		return value & FUTEX_TID_MASK;
	if (recall->word_count < RECALL_WORDS || value != 2 || words[0] != 2 ||
	    (words[WORD_KIND] & ~(uint32_t)MUTEX_KINDS) || !words[WORD_USERS] ||
	    words[WORD_USERS] > telling->what->threads.count)
		return 0;
	return words[WORD_OWNER];
}

static struct text say_owner(const struct telling *telling, const struct what_thread *owner,
			     const char *how)
{
	if (owner->tid == telling->what->insight.tid)
		return SAY(telling, "waits for a lock that it %sholds itself", how);
	telling->out->blocking_tid = owner->tid;
	return SAY(telling, "waits for a lock that its thread %.*s (%u) %sholds", TEXT(owner->comm),
		   owner->tid, how);
}

struct text what_futex_say(const struct telling *telling)
{
	const struct recall *recall = &telling->what->insight.recall;
	unsigned int command = (unsigned int)syscall_int(telling->call, 1) & FUTEX_CMD_MASK;
	const struct what_thread *thread;

	if (recall->word_count && has_our_numbers(telling->what)) {
		thread = find_thread(telling->what, recall->words[0] & FUTEX_TID_MASK);
		if (thread && (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2))
			return say_owner(telling, thread, "");
		if (thread && is_join(telling, recall->words[0])) {
			telling->out->blocking_tid = thread->tid;
			return SAY(telling, "waits for its thread %.*s (%u) to end",
				   TEXT(thread->comm), thread->tid);
		}
		thread = command == FUTEX_WAIT ?
				 find_thread(telling->what, mutex_owner(telling, recall)) :
				 NULL;
		if (thread)
			return say_owner(telling, thread, "probably ");
	}
	return text_of("waits on a futex, for another thread");
}
