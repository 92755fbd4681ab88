/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/terminal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/procfile.h"

/** Numbers of Documentation/admin-guide/devices.txt. */
enum { PTS_MAJOR = 136, PTS_MAJOR_LAST = 143, PTMX_MAJOR = 5, PTMX_MINOR = 2 };

static bool add(dev_t dev, unsigned int *numbers, unsigned int count)
{
	if (major(dev) < PTS_MAJOR || major(dev) > PTS_MAJOR_LAST)
		return false;
	numbers[count] = (major(dev) - PTS_MAJOR) * 256 + minor(dev);
	return true;
}

unsigned int terminal_own(unsigned int ret[TERMINAL_OWN_MAX])
{
	unsigned int count = 0, device;
	struct stat stat;

	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &stat) == 0 && S_ISCHR(stat.st_mode))
			count += add(stat.st_rdev, ret, count);
	}
	/* The one that sends the signals need not be one of them. */
	scope_fd tty = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (tty >= 0 && ioctl(tty, TIOCGDEV, &device) == 0)
		count += add(makedev(device >> 8 & 0xfff,
				     (device & 0xff) | (device >> 12 & 0xfff00)),
			     ret, count);
	return count;
}

static bool is_other_end(int procfd, unsigned int fd, unsigned int number)
{
	char name[32], buffer[FDINFO_MAX];
	struct text text, line, key, word = { 0 };
	uint64_t index;

	snprintf(name, sizeof(name), "fdinfo/%u", fd);
	ssize_t len = procfile_read(procfd, name, buffer, sizeof(buffer));
	text = (struct text){ buffer, len > 0 ? (size_t)len : 0 };
	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key) || !text_is(key, "tty-index"))
			continue;
		while (text_next(&line, '\t', &word))
			;
		return text_number(word, 10, &index) == 0 && index == number;
	}
	return false;
}

bool terminal_is_behind(int procfd, unsigned int number)
{
	struct arena arena;
	unsigned int *fds;
	size_t count = 0;
	bool found = false;

	scope_fd list = openat(procfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return false;
	arena_init(&arena);
	if (procfile_numbers(list, &arena, &fds, &count))
		count = 0;
	for (size_t i = 0; i < count && !found; i++) {
		char name[16];
		struct statx stat;

		snprintf(name, sizeof(name), "%u", fds[i]);
		found = statx(list, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE,
			      &stat) == 0 &&
			S_ISCHR(stat.stx_mode) && stat.stx_rdev_major == PTMX_MAJOR &&
			stat.stx_rdev_minor == PTMX_MINOR && is_other_end(procfd, fds[i], number);
	}
	arena_end(&arena);
	return found;
}

/** What the driver called it: sysfs knows every character device by its number. */
static bool name_by_sysfs(char buffer[TERMINAL_NAME_MAX], unsigned int major, unsigned int minor)
{
	char path[48], link[PATH_MAX];
	struct text target;

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major, minor);
	if (procfile_link(AT_FDCWD, path, link, sizeof(link), &target))
		return false;
	struct text name = text_basename(target);
	snprintf(buffer, TERMINAL_NAME_MAX, "%.*s", (int)name.len, name.bytes);
	return name.len > 0;
}

const char *terminal_name(char buffer[TERMINAL_NAME_MAX], unsigned int packed)
{
	unsigned int major = packed >> 8 & 0xfff,
		     minor = (packed & 0xff) | (packed >> 12 & 0xfff00);

	if (major >= PTS_MAJOR && major <= PTS_MAJOR_LAST)
		snprintf(buffer, TERMINAL_NAME_MAX, "pts/%u", (major - PTS_MAJOR) * 256 + minor);
	else if (!name_by_sysfs(buffer, major, minor))
		snprintf(buffer, TERMINAL_NAME_MAX, "%u:%u", major, minor);
	return buffer;
}
