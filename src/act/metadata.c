/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/metadata.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"

void metadata_prepare(int from, int to)
{
	int flags = 0;

	if (ioctl(from, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_NOCOW_FL)) {
		int own = 0;

		if (ioctl(to, FS_IOC_GETFLAGS, &own) == 0) {
			own |= FS_NOCOW_FL;
			ioctl(to, FS_IOC_SETFLAGS, &own);
		}
	}
}

int64_t metadata_atime(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) ? 0 : stat.st_atim.tv_sec * CLOCK_SECOND_NS + stat.st_atim.tv_nsec;
}

static bool starts(const char *name, const char *start)
{
	return strncmp(name, start, strlen(start)) == 0;
}

/** What would give rights, or means something only to one overlay. */
static bool is_privileged(const char *name)
{
	return strcmp(name, "security.capability") == 0 || strcmp(name, "security.ima") == 0 ||
	       strcmp(name, "security.evm") == 0 || starts(name, "trusted.overlay.");
}

/** Read a whole attribute; it may grow between asking and reading. Length or -errno. */
static ssize_t read_attribute(int fd, const char *name, char **ret)
{
	for (;;) {
		ssize_t len = fgetxattr(fd, name, NULL, 0);

		if (len < 0)
			return -errno;
		*ret = memory_resize(*ret, (size_t)len + 1, 1);
		len = fgetxattr(fd, name, *ret, (size_t)len + 1);
		if (len >= 0 || errno != ERANGE)
			return len < 0 ? -errno : len;
	}
}

static bool same_attribute(int fd, const char *name, const char *value, size_t len)
{
	scope_free char *own = NULL;
	ssize_t own_len = read_attribute(fd, name, &own);

	return own_len >= 0 && (size_t)own_len == len && memcmp(own, value, len) == 0;
}

static void restore_attribute(int from, int to, const char *name, struct metadata *metadata)
{
	scope_free char *value = NULL;
	ssize_t len = read_attribute(from, name, &value);

	if (len == -ENODATA)
		return;
	if (len >= 0 && (same_attribute(to, name, value, (size_t)len) ||
			 fsetxattr(to, name, value, (size_t)len, 0) == 0))
		metadata->attributes++;
	else
		metadata->missed++;
}

static ssize_t list_attributes(int fd, char **ret)
{
	for (;;) {
		ssize_t len = flistxattr(fd, NULL, 0);

		if (len < 0)
			return -errno;
		*ret = memory_resize(*ret, (size_t)len + 1, 1);
		len = flistxattr(fd, *ret, (size_t)len + 1);
		if (len >= 0 || errno != ERANGE)
			return len < 0 ? -errno : len;
	}
}

static bool has_attribute(const char *names, ssize_t len, const char *wanted)
{
	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1) {
		if (strcmp(names + at, wanted) == 0)
			return true;
	}
	return false;
}

static void restore_attributes(int from, int to, bool keep_privileges, struct metadata *metadata)
{
	static const char acl[] = "system.posix_acl_access";
	scope_free char *names = NULL;
	ssize_t len = list_attributes(from, &names);

	if (len < 0 && len != -EOPNOTSUPP)
		metadata->missed++;
	/* What the new directory gave by its default ACL is not the file's own. */
	if (!has_attribute(names, len, acl))
		fremovexattr(to, acl);
	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1) {
		const char *name = names + at;

		/* xfs shows its ACLs once more under its own names: xfs_xattr.c. */
		if (starts(name, "trusted.SGI_ACL_"))
			continue;
		if (is_privileged(name) && !keep_privileges) {
			metadata->privileges_left |= strcmp(name, "security.capability") == 0;
			continue;
		}
		restore_attribute(from, to, name, metadata);
	}
}

static struct timespec moment(int64_t ns)
{
	int64_t rest = ns % CLOCK_SECOND_NS;

	if (rest < 0)
		rest += CLOCK_SECOND_NS;
	return (struct timespec){ .tv_sec = (ns - rest) / CLOCK_SECOND_NS, .tv_nsec = rest };
}

void metadata_restore(int from, int to, const struct inode *inode, int64_t atime_ns,
		      bool keep_privileges, struct metadata *ret)
{
	mode_t mode = inode->mode & 07777, privileged = S_ISUID | S_ISGID;
	struct stat own;

	*ret = (struct metadata){ 0 };
	if (fchown(to, inode->uid, inode->gid)) {
		/* The group alone may be ours to give. */
		if (fchown(to, (uid_t)-1, inode->gid) || fstat(to, &own) ||
		    own.st_uid != inode->uid)
			ret->owner_missed = true;
	}
	restore_attributes(from, to, keep_privileges, ret);
	if ((mode & privileged) && (!keep_privileges || ret->owner_missed)) {
		ret->privileges_left = true;
		mode &= ~privileged;
	}
	ret->mode_missed = fchmod(to, mode) != 0;
	struct timespec times[2] = { moment(atime_ns), moment(inode->mtime_ns) };
	ret->times_missed = futimens(to, times) != 0;
}
