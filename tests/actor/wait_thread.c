/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Waits for which another thread of the same process is needed: a mutex of its, its end, and what it does
 * to the memory. */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

struct cover {
	const char *path;
	void *page;
	size_t size;
	pid_t tid;
};

/** Once the other waits, what it was given lies in the file, on a page that nobody has touched. */
static void *cover(void *argument)
{
	const struct cover *cover = argument;
	int fd = open(cover->path, O_RDONLY | O_CLOEXEC);

	while (!sleeps(cover->tid))
		sched_yield();
	if (fd < 0 || mmap(cover->page, cover->size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
			   (off_t)(16 * cover->size)) == MAP_FAILED)
		err(1, "%s", cover->path);
	return NULL;
}

void wait_polls_behind(struct actor *actor, const char *path)
{
	static struct cover covered;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	struct pollfd *list =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	if (list == MAP_FAILED)
		err(1, "no memory");
	*list = (struct pollfd){ .fd = actor->fd[0], .events = POLLIN };
	covered = (struct cover){ path, list, size, gettid() };
	if (pthread_create(&thread, NULL, cover, &covered))
		errx(1, "cannot start a thread");
	poll(list, 1, -1);
}
