/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scope.h"
#include "kernel/maps.h"
#include "kernel/procfile.h"

static void learn(struct memory_devices *known, dev_t dev)
{
	if (known->count < MEMORY_DEVICES_MAX)
		known->devices[known->count++] = dev;
}

static void learn_from(struct memory_devices *known, int fd)
{
	struct stat stat;

	if (fd < 0)
		return;
	if (fstat(fd, &stat) == 0)
		learn(known, stat.st_dev);
	close(fd);
}

/** An aio context is mapped as "/[aio] (deleted)" from a filesystem of its own (fs/aio.c). */
static void learn_aio(struct memory_devices *known)
{
	aio_context_t context = 0;
	struct arena arena;
	struct text text;
	struct mapping mapping;

	if (syscall(SYS_io_setup, 1, &context))
		return;
	arena_init(&arena);
	if (procfile_load(AT_FDCWD, "/proc/self/maps", 16 << 20, &arena, &text) == 0) {
		while (maps_next(&text, &mapping)) {
			if (text_is(mapping.name, "/[aio] (deleted)")) {
				learn(known, mapping.dev);
				break;
			}
		}
	}
	arena_end(&arena);
	syscall(SYS_io_destroy, context);
}

static void learn_secret(struct memory_devices *known)
{
#ifdef SYS_memfd_secret
	learn_from(known, (int)syscall(SYS_memfd_secret, 0));
#else
	(void)known;
#endif
}

bool memory_is(struct memory_devices *known, struct text link, dev_t dev)
{
	/* All of them are made without a name: simple_dname of fs/libfs.c says so. */
	if (!text_ends(link, " (deleted)"))
		return false;
	if (!known->count) {
		learn_from(known, memfd_create("procowl", MFD_CLOEXEC));
		learn_from(known, memfd_create("procowl", MFD_CLOEXEC | MFD_HUGETLB));
	}
	if (text_starts(link, "/[aio]") && !known->asked_aio) {
		known->asked_aio = true;
		learn_aio(known);
	}
	if (text_starts(link, "/secretmem") && !known->asked_secret) {
		known->asked_secret = true;
		learn_secret(known);
	}
	for (size_t i = 0; i < known->count; i++) {
		if (known->devices[i] == dev)
			return true;
	}
	return false;
}

int memory_seals(const struct source *source, const struct open_file *file, unsigned int *ret)
{
	char name[OPEN_FILE_PATH_MAX];
	struct inode inode;
	/* Found before it is opened: the number may be another file's, and opening that may do things. */
	scope_fd found = openat(source->proc, open_file_path(name, file), O_PATH | O_CLOEXEC);

	if (found < 0)
		return -errno;
	if (inode_look(found, "", &inode) || !inode_same(&inode, &file->inode))
		return -ESTALE;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", found);
	scope_fd fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	if (seals < 0)
		return -errno;
	*ret = (unsigned int)seals;
	return 0;
}
