/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <time.h>

#include "base/clock.h"
#include "base/scope.h"

static const int64_t SAME_NS = 500000000;

/** Those that ask to stop, unless whoever started us had them ignored: nohup(1), background jobs. */
static void stop_signals(sigset_t *ret)
{
	static const int signals[] = { SIGINT, SIGTERM };

	sigemptyset(ret);
	for (size_t i = 0; i < 2; i++) {
		struct sigaction action;

		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(ret, signals[i]);
	}
}

void interrupt_begin(struct interrupt *interrupt)
{
	sigset_t set;

	*interrupt = (struct interrupt){ 0 };
	stop_signals(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &interrupt->before);
	/* A file beyond RLIMIT_FSIZE is an error to report, not an end: setrlimit(2). */
	sigaction(SIGXFSZ, &(struct sigaction){ .sa_handler = SIG_IGN }, &interrupt->limit_before);
}

void interrupt_allow(void)
{
	sigset_t set;

	stop_signals(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void interrupt_defer(void)
{
	sigset_t set;

	stop_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool interrupt_asked(struct interrupt *interrupt)
{
	static const struct timespec now = { 0 };
	sigset_t set;

	stop_signals(&set);
	if (interrupt->beats)
		__atomic_add_fetch(interrupt->beats, 1, __ATOMIC_RELAXED);
	if (!interrupt->asked && sigtimedwait(&set, NULL, &now) > 0) {
		int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

		if (now_ns < interrupt->deaf_until_ns)
			return false;
		interrupt->asked = !interrupt->pardon;
		if (interrupt->pardon)
			interrupt->deaf_until_ns = now_ns + SAME_NS;
		interrupt->pardon = false;
	}
	return interrupt->asked;
}

void interrupt_forget(struct interrupt *interrupt)
{
	static const struct timespec now = { 0 };
	sigset_t set;

	stop_signals(&set);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	interrupt->asked = false;
	interrupt->deaf_until_ns = clock_ns(CLOCK_MONOTONIC) + SAME_NS;
}

void interrupt_pardon(struct interrupt *interrupt)
{
	interrupt->pardon = true;
}

int interrupt_fd(void)
{
	sigset_t set;

	stop_signals(&set);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

bool interrupt_wait(struct interrupt *interrupt, int fd)
{
	sigset_t set;

	stop_signals(&set);
	scope_fd signals = signalfd(-1, &set, SFD_CLOEXEC);
	struct pollfd polled[] = { { .fd = fd, .events = POLLIN },
				   { .fd = signals, .events = POLLIN } };

	while (poll(polled, 2, -1) < 0 && errno == EINTR)
		;
	return !interrupt_asked(interrupt);
}

/** A SIGHUP that came meanwhile is taken off first: the copy has outlived it. */
void interrupt_end(struct interrupt *interrupt)
{
	static const struct timespec now = { 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	sigaction(SIGXFSZ, &interrupt->limit_before, NULL);
	sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
}
