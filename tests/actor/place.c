/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Where things are: names, directories, mounts and namespaces. */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actor.h"

static void op_unlink(struct actor *actor, char **arg)
{
	(void)actor;
	check(unlink(arg[0]), "cannot unlink", arg[0]);
}

static void op_rmdir(struct actor *actor, char **arg)
{
	(void)actor;
	check(rmdir(arg[0]), "cannot remove", arg[0]);
}

static void op_rename(struct actor *actor, char **arg)
{
	(void)actor;
	check(rename(arg[0], arg[1]), "cannot rename", arg[0]);
}

static void op_link(struct actor *actor, char **arg)
{
	(void)actor;
	check(link(arg[0], arg[1]), "cannot link", arg[0]);
}

static void op_mkdir(struct actor *actor, char **arg)
{
	(void)actor;
	check(mkdir(arg[0], 0755), "cannot make", arg[0]);
}

static void op_chdir(struct actor *actor, char **arg)
{
	(void)actor;
	check(chdir(arg[0]), "cannot go to", arg[0]);
}

static void op_chroot(struct actor *actor, char **arg)
{
	(void)actor;
	check(chroot(arg[0]), "cannot make it the root:", arg[0]);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check(fd, "cannot open", path);
	write_all(fd, text, strlen(text));
	close(fd);
}

/** Inside the new user namespace we are root, and nobody else exists. */
static void unshare_user(void)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", getegid());
	check(unshare(CLONE_NEWUSER), "cannot unshare", "user");
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", users);
	put("/proc/self/gid_map", groups);
}

static void op_namespace(struct actor *actor, char **arg)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = { { "mnt", CLONE_NEWNS },
		      { "uts", CLONE_NEWUTS },
		      { "pid", CLONE_NEWPID },
		      { "net", CLONE_NEWNET },
		      { "ipc", CLONE_NEWIPC } };

	(void)actor;
	if (!strcmp(arg[0], "user")) {
		unshare_user();
		return;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, arg[0]) != 0)
			continue;
		check(unshare(kinds[i].flag), "cannot unshare", arg[0]);
		return;
	}
	errx(1, "there is no namespace '%s'", arg[0]);
}

static void op_hostname(struct actor *actor, char **arg)
{
	(void)actor;
	check(sethostname(arg[0], strlen(arg[0])), "cannot take the name", arg[0]);
}

static void op_make_private(struct actor *actor, char **arg)
{
	(void)actor;
	(void)arg;
	check(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "cannot make private", "/");
}

static void op_mount_tmpfs(struct actor *actor, char **arg)
{
	(void)actor;
	check(mount("actor", arg[0], "tmpfs", 0, NULL), "cannot mount a tmpfs on", arg[0]);
}

static void op_mount_bind(struct actor *actor, char **arg)
{
	(void)actor;
	check(mount(arg[0], arg[1], NULL, MS_BIND, NULL), "cannot bind onto", arg[1]);
}

static void op_mount_overlay(struct actor *actor, char **arg)
{
	char *options;

	(void)actor;
	if (asprintf(&options, "lowerdir=%s,upperdir=%s,workdir=%s", arg[0], arg[1], arg[2]) < 0)
		err(1, "out of memory");
	check(mount("overlay", arg[3], "overlay", 0, options), "cannot mount an overlay on",
	      arg[3]);
	free(options);
}

/** Lazily, as `umount -l`. */
static void op_unmount(struct actor *actor, char **arg)
{
	(void)actor;
	check(umount2(arg[0], MNT_DETACH), "cannot unmount", arg[0]);
}

/* clang-format off */
const struct op place_ops[] = {
	{ "unlink",        1, 1, op_unlink },
	{ "rmdir",         1, 1, op_rmdir },
	{ "rename",        2, 2, op_rename },
	{ "link",          2, 2, op_link },
	{ "mkdir",         1, 1, op_mkdir },
	{ "chdir",         1, 1, op_chdir },
	{ "chroot",        1, 1, op_chroot },
	{ "namespace",     1, 1, op_namespace },
	{ "hostname",      1, 1, op_hostname },
	{ "make-private",  0, 0, op_make_private },
	{ "mount-tmpfs",   1, 1, op_mount_tmpfs },
	{ "mount-bind",    2, 2, op_mount_bind },
	{ "mount-overlay", 4, 4, op_mount_overlay },
	{ "unmount",       1, 1, op_unmount },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
