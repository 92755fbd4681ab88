/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The actor builds a situation for a test, one operation after the other, and then holds still:
 *
 *     actor open a.log creat,w write 0 5M unlink a.log fork open b r end
 *
 * It prints `ready PID` when all is in place and ends when its standard input does. Before that
 * it prints `child PID` for each fork, `thread TID` for each thread and `terminal N` for each terminal.
 * Each line on its standard input is one more script (words between tabs), answered by `done`.
 *
 * `actor pattern OFFSET SIZE` prints what `write` writes there, and is done.
 *
 * Slots are numbered in order of creation: the first thing opened is 0. A block (fork,
 * unshare-thread) begins with the slots of its parent and numbers its own from there.
 *
 * Descriptors of every kind, one slot each but for pipe and pty (kind.c):
 *     eventfd COUNT, semaphore COUNT
 *     epoll; epoll-add EPOLL SLOT
 *     stuck-epoll                       one whose fdinfo never answers, while the actor lives
 *     inotify; inotify-add INOTIFY PATH modify,delete-self|all
 *     fanotify; fanotify-add FANOTIFY inode|mount|filesystem PATH      for OPEN
 *     timerfd monotonic|realtime|boottime MS [EVERY_MS]                0: disarmed
 *     signalfd INT,TERM
 *     pidfd CHILD (from 0), pidfd-ended, pidfd-zombie
 *     userfaultfd, perf, bpf-map NAME, bpf-prog NAME, fscontext TYPE, ns TYPE
 *     mqueue /NAME MESSAGES             its name is taken away at once
 *     pipe                              two slots: to read from, to write to
 *     pty                               two slots: the master, the terminal
 *     tun NAME                          makes the interface
 *     sealed-memfd NAME shrink,grow
 * a page of the arguments that lies in a file: args-from PATH PAD (a word of more than two pages);
 * Last in a fork block (wait.c): wait sleep|flock|posix|ofd|read|write|accept|epoll|poll|futex|child|open|
 * signal|spin|behind|polls|select|clock|mutex|join|locked|polls-behind ARGUMENT, a child that never
 * does anything else. zombie STATUS is one that has ended.
 * Likewise (mover.c): move read|pread|map|uring|write PATH, move grow SOURCE:DESTINATION,
 * move after FIRST:THEN.
 *
 * and locks on a slot: flock SLOT r|w, posix|ofd SLOT r|w START LENGTH (0: to the end), lease SLOT r|w.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

void check(int rc, const char *what, const char *object)
{
	if (rc >= 0)
		return;
	rc = errno;
	warn("%s %s", what, object);
	_exit(rc == ENOSYS ? EXIT_UNSUPPORTED : 1);
}

static const struct op *op_find(const char *name)
{
	static const struct op *const tables[] = { slot_ops, memory_ops, place_ops, life_ops,
						   kind_ops, socket_ops, wait_ops,  mover_ops };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct op *op = tables[i]; op->name; op++)
			if (!strcmp(op->name, name))
				return op;
	errx(1, "there is no operation '%s'", name);
}

static bool wants(const struct op *op, int taken, const char *word)
{
	return taken < op->min || (taken < op->max && isdigit((unsigned char)*word));
}

static void step(struct actor *actor)
{
	const struct op *op = op_find(actor->arg[actor->at++]);
	char *arg[OP_ARGS] = { NULL };
	int n = 0;

	while (actor->at < actor->args && wants(op, n, actor->arg[actor->at]))
		arg[n++] = actor->arg[actor->at++];
	if (n < op->min)
		errx(1, "%s needs %d arguments", op->name, op->min);
	op->run(actor, arg);
}

void script_run(struct actor *actor)
{
	while (actor->at < actor->args) {
		if (!strcmp(actor->arg[actor->at], "end")) {
			actor->at++;
			return;
		}
		step(actor);
	}
}

static bool opens_block(const char *word)
{
	return !strcmp(word, "fork") || !strcmp(word, "unshare-thread");
}

void script_skip(struct actor *actor)
{
	for (int depth = 1; depth > 0 && actor->at < actor->args; actor->at++) {
		if (opens_block(actor->arg[actor->at]))
			depth++;
		else if (!strcmp(actor->arg[actor->at], "end"))
			depth--;
	}
}

/* The words are kept: a mapping, a comm or a child's script may still point to them. */
static void run_line(struct actor *actor, const char *line)
{
	char *words = strdup(line), *rest = NULL;
	char **arg = calloc(strlen(line) + 1, sizeof(*arg));
	int n = 0;

	if (!words || !arg)
		err(1, "out of memory");
	words[strcspn(words, "\n")] = '\0';
	for (char *word = strtok_r(words, "\t", &rest); word; word = strtok_r(NULL, "\t", &rest))
		arg[n++] = word;
	actor->line = words;
	actor->arg = arg;
	actor->args = n;
	actor->at = 0;
	script_run(actor);
	dprintf(STDOUT_FILENO, "done\n");
}

void actor_wait(struct actor *actor)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0)
		run_line(actor, line);
}

void actor_exit(struct actor *actor)
{
	for (int i = 0; i < actor->children; i++)
		kill(actor->child[i], SIGKILL);
	/* Not for those it was given as the first process of a namespace: they end with it. */
	for (int i = 0; i < actor->children; i++)
		waitpid(actor->child[i], NULL, 0);
	_exit(0);
}

static void print_pattern(off_t offset, off_t size)
{
	unsigned char bytes[1 << 16];

	while (size > 0) {
		size_t n = size < (off_t)sizeof(bytes) ? (size_t)size : sizeof(bytes);

		pattern_fill(bytes, n, offset);
		write_all(STDOUT_FILENO, bytes, n);
		offset += n;
		size -= n;
	}
}

int main(int argc, char **argv)
{
	static struct actor actor;

	if (argc == 4 && !strcmp(argv[1], "pattern")) {
		print_pattern(size_parse(argv[2]), size_parse(argv[3]));
		return 0;
	}
	actor.arg = argv + 1;
	actor.args = argc - 1;
	script_run(&actor);
	life_begin(&actor);
}
