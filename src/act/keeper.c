/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/holding.h"

static bool is_ignored(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void keeper_become(struct keeper_signals *ret)
{
	prctl(PR_SET_NAME, HOLDING_COMM);
	/* Ours may lie on a filesystem that somebody wants to unmount; it is no reason not to hold. */
	(void)!chdir("/");
	sigemptyset(&ret->set);
	ret->by_interrupt = !is_ignored(SIGINT);
	if (ret->by_interrupt)
		sigaddset(&ret->set, SIGINT);
	if (!is_ignored(SIGTERM))
		sigaddset(&ret->set, SIGTERM);
	sigprocmask(SIG_BLOCK, &ret->set, NULL);
}

void keeper_wait(const struct keeper_signals *signals)
{
	while (sigwaitinfo(&signals->set, NULL) < 0 && errno == EINTR)
		;
}

static int leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(null, fd) < 0)
			return -errno;
	}
	close(null);
	signal(SIGHUP, SIG_IGN);
	return setsid() < 0 ? -errno : 0;
}

static ssize_t say(int link)
{
	return send(link, "", 1, MSG_NOSIGNAL);
}

/** 1 when the other side said its word, 0 when it is gone. */
static ssize_t hear(int link)
{
	char word;
	ssize_t got;

	do
		got = read(link, &word, 1);
	while (got < 0 && errno == EINTR);
	return got;
}

/** The child: the word that it may live without us never comes when we are killed. */
static _Noreturn void keep(int link)
{
	struct keeper_signals signals;
	int rc = leave_terminal();

	/* `kill` shall let go, whatever was ignored where we come from. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	keeper_become(&signals);
	if (rc || say(link) != 1 || hear(link) != 1)
		_exit(1);
	close(link);
	keeper_wait(&signals);
	_exit(0);
}

int keeper_start(struct keeper *ret)
{
	int link[2];

	*ret = (struct keeper){ .link = -1 };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link))
		return -errno;
	ret->pid = fork();
	if (ret->pid == 0) {
		close(link[0]);
		keep(link[1]);
	}
	int rc = ret->pid < 0 ? -errno : 0;
	close(link[1]);
	ret->link = link[0];
	if (!rc && hear(ret->link) != 1)
		rc = -ESRCH;
	if (rc)
		keeper_end(ret);
	return rc;
}

int keeper_let_out(struct keeper *keeper)
{
	ssize_t said = say(keeper->link);

	/* It closes its side when it has heard. */
	if (said == 1)
		hear(keeper->link);
	close(keeper->link);
	keeper->link = -1;
	return said == 1 && waitpid(keeper->pid, NULL, WNOHANG) == 0 ? 0 : -ESRCH;
}

void keeper_end(struct keeper *keeper)
{
	if (keeper->link >= 0)
		close(keeper->link);
	keeper->link = -1;
	if (keeper->pid > 0)
		waitpid(keeper->pid, NULL, 0);
}
