/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Waits that are about another thread of the same process: a mutex of its, and its end. */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "actor.h"

struct owner {
	pthread_mutex_t mutex;
	sem_t ready;
	pid_t tid;
};

static void *own(void *argument)
{
	struct owner *owner = argument;

	prctl(PR_SET_NAME, "owner");
	owner->tid = gettid();
	pthread_mutex_lock(&owner->mutex);
	sem_post(&owner->ready);
	for (;;)
		pause();
	return NULL;
}

static bool sleeps(pid_t tid)
{
	char name[48], stat[256] = "";

	snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	bool read_it = read(fd, stat, sizeof(stat) - 1) > 0;

	close(fd);
	return read_it && strstr(stat, ") S ");
}

/** When it holds the mutex, and waits: who runs last is the caller. */
static pthread_t start_owner(struct owner *owner)
{
	pthread_t thread;

	sem_init(&owner->ready, 0, 0);
	if (pthread_create(&thread, NULL, own, owner))
		errx(1, "cannot start a thread");
	sem_wait(&owner->ready);
	while (!sleeps(owner->tid))
		sched_yield();
	return thread;
}

void wait_mutex(struct actor *actor, const char *kind)
{
	struct owner owner;
	pthread_mutexattr_t attributes;

	(void)actor;
	pthread_mutexattr_init(&attributes);
	if (!strcmp(kind, "inherit"))
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	if (!strcmp(kind, "robust"))
		pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&owner.mutex, &attributes);
	if (!strcmp(kind, "own"))
		pthread_mutex_lock(&owner.mutex);
	else
		start_owner(&owner);
	pthread_mutex_lock(&owner.mutex);
}

void wait_join(struct actor *actor, const char *unused)
{
	struct owner owner;

	(void)actor;
	(void)unused;
	pthread_mutex_init(&owner.mutex, NULL);
	pthread_join(start_owner(&owner), NULL);
}
