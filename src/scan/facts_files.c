/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/facts_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"

/** Room for a file that is one number. */
enum { SMALL_MAX = 128 };

/** Copy a text behind the facts. */
static int keep(struct facts_reader *reader, struct text text, struct text *ret)
{
	struct facts_answer *answer = reader->answer;

	if (text.len > reader->reading->room - answer->used) {
		answer->overflowed = true;
		return -ENAMETOOLONG;
	}
	if (text.len)
		memcpy(answer->bytes + answer->used, text.bytes, text.len);
	*ret = (struct text){ answer->bytes + answer->used, text.len };
	answer->used += text.len;
	return 0;
}

/**
 * The files here come whole in one read: single_open of fs/seq_file.c; get_mm_cmdline and
 * environ_read of fs/proc/base.c go on until the buffer is full.
 */
static ssize_t read_once(const struct facts_reader *reader, const char *name, char *buffer,
			 size_t size)
{
	scope_fd fd = openat(reader->dir, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t len = read(fd, buffer, size);
	return len < 0 ? -errno : len;
}

static int read_owner(struct facts_reader *reader)
{
	struct stat stat;

	if (fstat(reader->dir, &stat))
		return -errno;
	reader->facts->uid = stat.st_uid;
	reader->facts->gid = stat.st_gid;
	return 0;
}

static int read_stat(struct facts_reader *reader)
{
	char buffer[PIDSTAT_MAX];
	ssize_t len = read_once(reader, "stat", buffer, sizeof(buffer));
	struct pidstat *stat = &reader->facts->stat;

	if (len < 0)
		return (int)len;
	int rc = pidstat_parse((struct text){ buffer, (size_t)len }, stat);
	return rc ? rc : keep(reader, stat->comm, &stat->comm);
}

static int read_status(struct facts_reader *reader)
{
	char buffer[PIDSTATUS_MAX];
	struct pidstatus *status = &reader->facts->status;
	ssize_t len = read_once(reader, "status", buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	int rc = pidstatus_parse((struct text){ buffer, (size_t)len }, status);
	struct text *texts[] = { &status->name, &status->groups, &status->nspid, &status->cpus,
				 &status->mems };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !rc; i++)
		rc = keep(reader, *texts[i], texts[i]);
	return rc;
}

static int read_statm(struct facts_reader *reader)
{
	char buffer[STATM_MAX];
	ssize_t len = read_once(reader, "statm", buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	return statm_parse((struct text){ buffer, (size_t)len }, &reader->facts->statm);
}

static int read_limits(struct facts_reader *reader)
{
	char buffer[LIMITS_MAX];
	ssize_t len = read_once(reader, "limits", buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	return limits_parse((struct text){ buffer, (size_t)len }, &reader->facts->limits);
}

static int read_schedstat(struct facts_reader *reader)
{
	char buffer[SCHEDSTAT_MAX];
	ssize_t len = read_once(reader, "schedstat", buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	return schedstat_parse((struct text){ buffer, (size_t)len }, &reader->facts->schedstat);
}

static int read_io(struct facts_reader *reader)
{
	char buffer[PIDIO_MAX];
	ssize_t len = read_once(reader, "io", buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	return pidio_parse((struct text){ buffer, (size_t)len }, &reader->facts->io);
}

/** A number on a line, perhaps below zero. */
static int read_number(struct facts_reader *reader, const char *name, int64_t *ret)
{
	char buffer[SMALL_MAX];
	ssize_t len = read_once(reader, name, buffer, sizeof(buffer));
	struct text text = { buffer, len > 0 ? (size_t)len : 0 };
	uint64_t number;

	if (len < 0)
		return (int)len;
	if (text_ends(text, "\n"))
		text.len--;
	bool negative = text_starts(text, "-");
	if (text_number(text_from(text, negative), 10, &number) || number > INT64_MAX)
		return -EINVAL;
	*ret = negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

static int read_oom_score(struct facts_reader *reader)
{
	return read_number(reader, "oom_score", &reader->facts->oom_score);
}

static int read_oom_adj(struct facts_reader *reader)
{
	return read_number(reader, "oom_score_adj", &reader->facts->oom_score_adj);
}

/** How many entries but "." and "..": before Linux 6.2. */
static int count_entries(int dir, uint64_t *ret)
{
	char buffer[8192] __attribute__((aligned(8)));
	uint64_t count = 0;
	long got;

	while ((got = syscall(SYS_getdents64, dir, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < got; count++) {
			unsigned short record;

			/* d_reclen of struct linux_dirent64: getdents(2). */
			memcpy(&record, buffer + at + 16, sizeof(record));
			at += record;
		}
	}
	*ret = count > 2 ? count - 2 : 0;
	return got < 0 ? -errno : 0;
}

static int read_fds(struct facts_reader *reader)
{
	struct stat stat;

	if (!reader->reading->counts_files) {
		scope_fd dir = openat(reader->dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		return dir < 0 ? -errno : count_entries(dir, &reader->facts->fds);
	}
	if (fstatat(reader->dir, "fd", &stat, 0))
		return -errno;
	reader->facts->fds = (uint64_t)stat.st_size;
	return 0;
}

static int read_link(struct facts_reader *reader, const char *name, struct text *ret)
{
	char buffer[PATH_MAX + 1];
	struct text link;
	int rc = procfile_link(reader->dir, name, buffer, sizeof(buffer), &link);

	return rc ? rc : keep(reader, link, ret);
}

static int read_exe(struct facts_reader *reader)
{
	if (facts_are_of_kernel(reader->facts))
		return -ENODATA;
	return read_link(reader, "exe", &reader->facts->exe);
}

static int read_cwd(struct facts_reader *reader)
{
	return read_link(reader, "cwd", &reader->facts->cwd);
}

static int read_root(struct facts_reader *reader)
{
	return read_link(reader, "root", &reader->facts->root);
}

static int read_namespaces(struct facts_reader *reader)
{
	return namespaces_read(reader->dir, &reader->facts->namespaces);
}

int facts_read_whole(struct facts_reader *reader, const char *name, struct text *ret)
{
	struct facts_answer *answer = reader->answer;
	size_t room = reader->reading->room - answer->used;

	ssize_t len = read_once(reader, name, answer->bytes + answer->used, room);
	if (len < 0)
		return (int)len;
	*ret = (struct text){ answer->bytes + answer->used, (size_t)len };
	answer->used += (size_t)len;
	answer->overflowed |= (size_t)len == room;
	return 0;
}

static int read_wchan(struct facts_reader *reader)
{
	return facts_read_whole(reader, "wchan", &reader->facts->wchan);
}

static int read_cgroup(struct facts_reader *reader)
{
	return facts_read_whole(reader, "cgroup", &reader->facts->cgroup);
}

bool facts_have_memory(const struct process_facts *facts)
{
	const struct pidstat *stat = &facts->stat;

	return !(stat->flags & PIDSTAT_KTHREAD) && stat->state != 'Z' && stat->state != 'X';
}

static int read_cmdline(struct facts_reader *reader)
{
	if (facts_are_of_kernel(reader->facts))
		return -ENODATA;
	/* Of a zombie it is empty. */
	return facts_have_memory(reader->facts) ?
		       facts_read_whole(reader, "cmdline", &reader->facts->cmdline) :
		       0;
}

static int read_environ(struct facts_reader *reader)
{
	if (!facts_have_memory(reader->facts))
		return -ENODATA;
	return facts_read_whole(reader, "environ", &reader->facts->environ);
}

/** It comes a page at a time (fs/seq_file.c), and of half a list nobody could tell that it is half. */
static int read_maps(struct facts_reader *reader)
{
	struct facts_answer *answer = reader->answer;
	size_t room = reader->reading->room - answer->used;

	if (!facts_have_memory(reader->facts))
		return -ENODATA;
	ssize_t len = procfile_read(reader->dir, "maps", answer->bytes + answer->used, room);
	if (len < 0)
		return (int)len;
	reader->facts->maps = (struct text){ answer->bytes + answer->used, (size_t)len };
	answer->used += (size_t)len;
	answer->overflowed |= (size_t)len == room;
	return answer->overflowed ? -EFBIG : 0;
}

static int read_rollup(struct facts_reader *reader)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), limit = reader->reading->rollup_limit;
	char buffer[ROLLUP_MAX];

	if (!facts_have_memory(reader->facts))
		return -ENODATA;
	if (limit && reader->facts->stat.rss_pages * page > limit)
		return -EFBIG;
	ssize_t len = read_once(reader, "smaps_rollup", buffer, sizeof(buffer));
	if (len < 0)
		return (int)len;
	return rollup_parse((struct text){ buffer, (size_t)len }, &reader->facts->rollup);
}

int facts_read_file(struct facts_reader *reader, enum process_file file)
{
	static int (*const readers[PROCESS_FILE_COUNT])(struct facts_reader * reader) = {
		[PROCESS_OWNER] = read_owner,
		[PROCESS_STAT] = read_stat,
		[PROCESS_STATUS] = read_status,
		[PROCESS_STATM] = read_statm,
		[PROCESS_LIMITS] = read_limits,
		[PROCESS_SCHEDSTAT] = read_schedstat,
		[PROCESS_OOM_SCORE] = read_oom_score,
		[PROCESS_OOM_ADJ] = read_oom_adj,
		[PROCESS_FDS] = read_fds,
		[PROCESS_CGROUP] = read_cgroup,
		[PROCESS_WCHAN] = read_wchan,
		[PROCESS_EXE] = read_exe,
		[PROCESS_CWD] = read_cwd,
		[PROCESS_ROOT] = read_root,
		[PROCESS_NAMESPACES] = read_namespaces,
		[PROCESS_IO] = read_io,
		[PROCESS_ROLLUP] = read_rollup,
		[PROCESS_MAPS] = read_maps,
		[PROCESS_ENVIRON] = read_environ,
		[PROCESS_CMDLINE] = read_cmdline,
	};

	return readers[file](reader);
}
