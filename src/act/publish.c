/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static void hidden_name(char name[32])
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = (uint64_t)getpid();
	snprintf(name, 32, ".procowl-%016" PRIx64, random);
}

int publish_draft(const struct place *place, struct draft *ret)
{
	*ret = (struct draft){ .directory = -1 };
	ret->fd = openat(place->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (ret->fd >= 0)
		return 0;
	/* EISDIR, ENOENT: a filesystem or kernel that does not know O_TMPFILE; open(2), BUGS. */
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
		return -errno;
	ret->directory = fcntl(place->directory, F_DUPFD_CLOEXEC, 3);
	hidden_name(ret->hidden);
	ret->fd = openat(ret->directory, ret->hidden,
			 O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
	return ret->fd < 0 ? -errno : 0;
}

static int link_fd(int fd, int directory, const char *name)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

/** Over what is there: a second name first, which then takes the place in one step. */
static int replace(int fd, int directory, const char *name)
{
	char hidden[32];

	hidden_name(hidden);
	int rc = link_fd(fd, directory, hidden);
	if (rc)
		return rc;
	if (renameat(directory, hidden, directory, name))
		rc = -errno;
	/* rename(2) does nothing when both are names of one file already. */
	unlinkat(directory, hidden, 0);
	return rc;
}

static int rename_hidden(struct draft *draft, int directory, const char *name, bool overwrite)
{
	unsigned int flags = overwrite ? 0 : RENAME_NOREPLACE;

	if (renameat2(draft->directory, draft->hidden, directory, name, flags) == 0) {
		draft->hidden[0] = 0;
		return 0;
	}
	if (overwrite || errno != EINVAL)
		return -errno;
	/* FUSE knows no RENAME_NOREPLACE: a link is refused just as well when the name is taken. */
	if (linkat(draft->directory, draft->hidden, directory, name, 0))
		return -errno;
	return 0;
}

int publish_name(struct draft *draft, int directory, const char *name, bool overwrite)
{
	int rc;

	if (draft->hidden[0])
		rc = rename_hidden(draft, directory, name, overwrite);
	else if (overwrite)
		rc = replace(draft->fd, directory, name);
	else
		rc = link_fd(draft->fd, directory, name);
	if (rc)
		return rc;
	/* The file is there under its name: what the directory says of it can do no more harm. */
	fsync(directory);
	return 0;
}

int publish_link(int fd, const struct place *place, bool overwrite)
{
	int rc = link_fd(fd, place->directory, place->name);

	if (rc == -EEXIST && overwrite)
		rc = replace(fd, place->directory, place->name);
	if (rc)
		return rc;
	fsync(place->directory);
	return 0;
}

int publish_end(struct draft *draft)
{
	int rc = 0;

	if (draft->fd >= 0 && draft->hidden[0] && unlinkat(draft->directory, draft->hidden, 0) &&
	    errno != ENOENT)
		rc = -errno;
	if (draft->fd >= 0)
		close(draft->fd);
	if (draft->directory >= 0)
		close(draft->directory);
	draft->fd = draft->directory = -1;
	return rc;
}
