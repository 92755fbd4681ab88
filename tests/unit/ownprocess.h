/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Our own process as a scan would see it.
 */
#pragma once
#include <fcntl.h>

#include "kernel/procfile.h"
#include "scan/source.h"

#include "ownfd.h"

struct ownprocess {
	struct source source;
	struct arena arena;
	struct process process;
	struct open_file *files;
};

/** What a scan says of descriptor `fd` of ours; the link lies in the arena. */
static inline struct open_file ownprocess_file(struct ownprocess *own, unsigned int fd)
{
	struct open_file file = { .handle = { .pid = (unsigned int)getpid(), .fd = fd } };
	char name[OPEN_FILE_PATH_MAX], link[PATH_MAX];
	struct text text = { 0 };

	open_file_path(name, &file);
	file.link_rc = procfile_link(own->source.proc, name, link, sizeof(link), &text);
	file.link = arena_text(&own->arena, text);
	file.inode_rc = inode_look(own->source.proc, name, &file.inode);
	return file;
}

/** All descriptors of ours as they are now. */
static inline void ownprocess_look(struct ownprocess *own)
{
	unsigned int *fds;
	size_t count;
	int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(procfile_numbers(list, &own->arena, &fds, &count), 0);
	own->files = arena_zero(&own->arena, count, sizeof(*own->files));
	own->process.pid = (unsigned int)getpid();
	own->process.files = own->files;
	own->process.count = 0;
	for (size_t i = 0; i < count; i++) {
		if (fds[i] != (unsigned int)list)
			own->files[own->process.count++] = ownprocess_file(own, fds[i]);
	}
	close(list);
}

static inline void ownprocess_begin(struct ownprocess *own)
{
	struct error err;

	*own = (struct ownprocess){ .process = { 0 } };
	arena_init(&own->arena);
	assert_int_equal(source_procfs(NULL, &own->source, &err), 0);
}

static inline void ownprocess_end(struct ownprocess *own)
{
	source_close(&own->source);
	arena_end(&own->arena);
}
