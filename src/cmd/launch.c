/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scope.h"
#include "base/text.h"
#include "kernel/task.h"

/**
 * Who asked, by sudo(8): SUDO_USER stays set in a root shell that sudo began long ago, so it counts only
 * if it was us whom sudo was asked to run.
 */
static const char *asked_by_sudo(void)
{
	const char *user = getenv("SUDO_USER"), *command = getenv("SUDO_COMMAND");
	struct text rest = text_of(command), program;

	if (geteuid() != 0 || !user || !text_next(&rest, ' ', &program))
		return NULL;
	return text_is(text_basename(program), program_invocation_short_name) ? user : NULL;
}

/** In the child: 0 or -errno. */
static int become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) ||
	    setuid(user->pw_uid) || setenv("USER", user->pw_name, 1) ||
	    setenv("LOGNAME", user->pw_name, 1) || setenv("HOME", user->pw_dir, 1))
		return -errno;
	return 0;
}

/** In the child: wait, and run it. */
_Noreturn static void run(char *const *words, const struct passwd *user, int go, int failed)
{
	char byte;
	int rc = 0;

	if (read(go, &byte, 1) != 1)
		_exit(127);
	if (user)
		rc = become(user);
	if (!rc && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		rc = -errno;
	if (!rc) {
		execvp(words[0], words);
		rc = -errno;
	}
	if (write(failed, &rc, sizeof(rc)) < 0)
		_exit(126);
	_exit(127);
}

static int find_user(const char *name, const struct passwd **ret, struct error *err)
{
	const char *wanted = name ? name : asked_by_sudo();

	*ret = NULL;
	if (!wanted)
		return 0;
	errno = 0;
	*ret = getpwnam(wanted);
	if (!*ret)
		return error_set(err, -ENOENT, "there is no user %s", wanted);
	return 0;
}

int launch_begin(char *const *words, const char *user, struct launch *ret, struct error *err)
{
	const struct passwd *as;
	int go[2] = { -1, -1 }, failed[2] = { -1, -1 };

	*ret = (struct launch){ .ended = -1, .go = -1, .failed = -1 };
	if (find_user(user, &as, err))
		return -ENOENT;
	if (pipe2(go, O_CLOEXEC) || pipe2(failed, O_CLOEXEC))
		return error_set(err, -errno, "cannot run %s: %s", words[0], strerror(errno));
	ret->pid = fork();
	if (ret->pid == 0) {
		close(go[1]);
		run(words, as, go[0], failed[1]);
	}
	int rc = ret->pid < 0 ? -errno : 0;
	close(go[0]);
	close(failed[1]);
	ret->go = go[1];
	ret->failed = failed[0];
	if (!rc)
		ret->ended = task_pidfd((unsigned int)ret->pid);
	if (!rc && ret->ended < 0)
		rc = ret->ended;
	if (!rc)
		return 0;
	launch_end(ret);
	return error_set(err, rc, "cannot run %s: %s", words[0], strerror(-rc));
}

int launch_go(struct launch *launch, const char *name, struct error *err)
{
	int rc = 0;

	if (write(launch->go, "", 1) != 1)
		rc = -errno;
	if (!rc && read(launch->failed, &rc, sizeof(rc)) < 0)
		rc = -errno;
	return rc ? error_set(err, rc, "cannot run %s: %s", name, strerror(-rc)) : 0;
}

int launch_status(struct launch *launch)
{
	int status = 0;

	while (waitpid(launch->pid, &status, 0) < 0 && errno == EINTR)
		;
	launch->pid = 0;
	return status;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void launch_end(struct launch *launch)
{
	bool waits = launch->go >= 0 && launch->failed >= 0;

	shut(&launch->go);
	shut(&launch->failed);
	shut(&launch->ended);
	/* One that has begun may go on without us: only who waits for our word, or failed, is waited for. */
	if (waits && launch->pid > 0)
		waitpid(launch->pid, NULL, WNOHANG);
}
