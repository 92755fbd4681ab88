/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/holdings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "scan/carriers.h"
#include "scan/disks.h"
#include "scan/mappings.h"
#include "scan/rings.h"
#include "scan/state.h"
#include "scan/tables.h"

/** From so many descriptors on it is worth while to hold its fdinfo/ open. */
enum { TABLE_LARGE = 16 };

enum { COMM_MAX = 64, STATUS_HEAD = 1024 };

static void read_flags(int table_dir, unsigned int fd, struct open_file *file)
{
	struct fdinfo info;

	if (fdinfo_read(table_dir, fd, &info) == 0)
		state_take(&info, file);
}

/** O_TMPFILE can be told from a deleted file called "#123" only by the flags. */
static bool looks_like_tmpfile(const struct open_file *file)
{
	return !file->inode_rc && file->inode.nlink == 0 &&
	       text_starts(text_basename(file->link), "#");
}

/**
 * One descriptor of a table, whose directory is `dir` and its fd/ `list`. -EACCES: neither it nor any
 * other is ours to read, since that is asked of the process (fs/proc/base.c, proc_fd_access_allowed).
 */
static int read_descriptor(struct reading *reading, int dir, int list, struct handle handle)
{
	const struct look *look = reading->look;
	struct open_file file;
	char name[TEXT_NUMBER_MAX];

	text_put_number(name, handle.fd);
	if (!reading_look_at(reading, list, name, &file)) {
		reading->out->denied |= reading_is_denied(file.link_rc) ||
					reading_is_denied(file.inode_rc);
		if (reading_is_denied(file.link_rc))
			return -EACCES;
		carriers_read(reading, dir, list, name, &file, handle);
		return 0;
	}
	struct open_file *kept = reading_keep(reading, &file, handle);
	if (look->filter >= LOOK_ALL)
		state_read(&(struct state_dirs){ dir, list, reading->fdinfos }, look->needs,
			   &reading->job->arena, kept);
	else if (look->filter == LOOK_INODE || looks_like_tmpfile(kept))
		read_flags(dir, handle.fd, kept);
	if (look->filter == LOOK_ALL && (look->needs & LOOK_FLIGHTS))
		carriers_read(reading, dir, list, name, kept, handle);
	else if (look->filter == LOOK_ALL && rings_is(kept->link))
		carriers_read_ring(reading, dir, handle); /* keeps more: `kept` may move */
	return 0;
}

static int open_list(int dir)
{
	return openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/** Is it still the process that `dir` was opened on, whose number no other can have had meanwhile? */
static bool is_there(int dir)
{
	char link[8];

	return readlinkat(dir, "cwd", link, sizeof(link)) >= 0;
}

/** False: the kernel has not told all that is wanted of it, or it is another file by now. */
static bool take_told(struct reading *reading, struct disks *disks, int list,
		      const struct told *told, struct open_file *file)
{
	if (!told_suffices(reading->look, told))
		return false;
	told_take(reading->look, told, &reading->job->arena, file);
	return !told_wants_disk(reading->look, told) || disks_know(disks, list, told, file);
}

/** Only of some is there anything left to be read. */
static bool wants_list(const struct look *look, const struct told *told)
{
	return !told_suffices(look, told) || told_wants_disk(look, told);
}

/**
 * The table of the main thread, as the kernel itself tells it; /proc only of what that leaves open. 0, or
 * -errno; -ENODATA: nothing was kept, and /proc is to be asked about all of it.
 */
static int read_told(struct reading *reading, int dir)
{
	struct text records;
	struct told told;
	struct open_file file;
	scope_fd list = -1;

	if (told_read(reading->teller, reading->pid, reading->job, &records))
		return -ENODATA;
	scope_free char *bytes = (char *)records.bytes;
	if (!is_there(dir))
		return -ENODATA;
	struct disks *disks = disks_begin();
	int rc = 0;
	while (told_next(&records, &told)) {
		struct handle handle = { .fd = told.is.fd };

		if (!told_is_asked(reading->look, &told))
			continue;
		if (list < 0 && wants_list(reading->look, &told))
			list = open_list(dir);
		if (list < 0 && wants_list(reading->look, &told)) {
			rc = -errno;
			break;
		}
		if (take_told(reading, disks, list, &told, &file))
			reading_keep(reading, &file, handle);
		else
			read_descriptor(reading, dir, list, handle);
	}
	disks_end(disks);
	return rc;
}

/** The descriptors of one table: thread `tid`, or the process's own for 0. */
static int read_table(struct reading *reading, unsigned int tid)
{
	char name[32];
	unsigned int *fds;
	size_t count;

	snprintf(name, sizeof(name), "task/%u", tid);
	scope_fd task = tid ? openat(reading->dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int dir = tid ? task : reading->dir;
	if (dir < 0)
		return -errno;
	int rc = !tid && reading->teller ? read_told(reading, dir) : -ENODATA;
	if (rc != -ENODATA)
		return rc;
	scope_fd list = open_list(dir);
	if (list < 0)
		return -errno;
	if (reading->look->filter == LOOK_ONE) {
		read_descriptor(reading, dir, list,
				(struct handle){ .tid = tid, .fd = reading->look->one.fd });
		return 0;
	}
	for (size_t i = 0; reading->fds && i < reading->fd_count; i++)
		read_descriptor(reading, dir, list,
				(struct handle){ .tid = tid, .fd = reading->fds[i] });
	if (reading->fds)
		return 0;
	rc = procfile_numbers(list, &reading->job->arena, &fds, &count);
	scope_fd fdinfos = count < TABLE_LARGE ? -1 : openat(dir, "fdinfo", O_PATH | O_CLOEXEC);
	reading->fdinfos = fdinfos;
	bool denied = false;
	for (size_t i = 0; !rc && !denied && i < count; i++)
		denied = read_descriptor(reading, dir, list,
					 (struct handle){ .tid = tid, .fd = fds[i] }) != 0;
	reading->fdinfos = -1;
	return rc;
}

static void read_links(struct reading *reading, unsigned int tid)
{
	static const struct {
		const char *name;
		enum use use;
	} links[] = { { "cwd", USE_CWD }, { "root", USE_ROOT }, { "exe", USE_EXE } };

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char name[48];
		struct open_file file;

		snprintf(name, sizeof(name), tid ? "task/%2$u/%1$s" : "%s", links[i].name, tid);
		if (!reading_is_asked(reading->look, links[i].use))
			continue;
		if (!reading_look_at(reading, reading->dir, name, &file)) {
			/* Else the table, which is read first, says so. */
			reading->out->denied |= reading->look->filter == LOOK_ONE &&
						reading_is_denied(file.link_rc);
			continue;
		}
		struct open_file *kept =
			reading_keep(reading, &file,
				     (struct handle){ .tid = tid, .use = links[i].use });
		kept->access_known = true;
		kept->readable = links[i].use == USE_EXE;
	}
}

static void read_comm(struct reading *reading)
{
	char buffer[COMM_MAX];
	ssize_t len = procfile_read_record(reading->dir, "comm", buffer, sizeof(buffer));

	if (len > 0 && buffer[len - 1] == '\n')
		len--;
	reading->out->process.comm = arena_text(&reading->job->arena,
						(struct text){ buffer, len > 0 ? (size_t)len : 0 });
}

/** The effective user: whoever owns /proc/PID is root for all that is not dumpable. */
static void read_owner(struct reading *reading)
{
	char buffer[STATUS_HEAD];
	uint64_t uid;
	ssize_t len = procfile_read_record(reading->dir, "status", buffer, sizeof(buffer));
	struct text rest = { buffer, len > 0 ? (size_t)len : 0 }, line, word;

	while (text_next(&rest, '\n', &line)) {
		if (!text_starts(line, "Uid:\t"))
			continue;
		text_next(&line, '\t', &word);
		text_next(&line, '\t', &word); /* the real one */
		if (!text_next(&line, '\t', &word) || text_number(word, 10, &uid))
			return;
		reading->out->process.uid = (uint32_t)uid;
		reading->out->process.uid_known = true;
		return;
	}
}

static bool wants_descriptors(const struct look *look)
{
	return reading_is_asked(look, USE_FD);
}

static bool wants_maps(const struct look *look)
{
	return look->filter < LOOK_ALL || (look->filter == LOOK_ALL && (look->needs & LOOK_MAPPED));
}

/** What it stands in and runs is nobody's question: it has nothing open. */
static bool is_kernel_thread(const struct reading *reading)
{
	char link[8], buffer[PIDSTAT_MAX];
	struct pidstat stat;

	return readlinkat(reading->dir, "exe", link, sizeof(link)) < 0 && errno == ENOENT &&
	       pidstat_read(reading->dir, buffer, &stat) == 0 && (stat.flags & PIDSTAT_KTHREAD);
}

static int read_tables(struct reading *reading, unsigned int *alive)
{
	struct tables tables;

	int rc = tables_read(reading->source, reading->dir, reading->pid, &reading->job->arena,
			     &tables);
	for (size_t i = 0; wants_descriptors(reading->look) && i < tables.count && !rc; i++) {
		rc = read_table(reading, tables.tids[i]);
		/* One thread may end meanwhile; the others are still there. */
		if (tables.tids[i] && reading_has_vanished(rc))
			rc = 0;
	}
	*alive = tables.alive;
	return rc;
}

/** Whoever has no memory of his own, or has ended, maps nothing; else something was missed. */
static void read_mappings(struct reading *reading, unsigned int alive)
{
	int rc = mappings_read(reading, alive);

	reading->out->denied |= reading_is_denied(rc);
	reading->out->maps_missed = rc && !reading_has_vanished(rc) && !reading_is_denied(rc);
}

static int read_process(struct reading *reading)
{
	unsigned int alive;

	int rc = read_tables(reading, &alive);
	if (rc)
		return rc;
	/* Kernel threads have no descriptors: of most others that need not be asked. */
	if (reading->look->filter >= LOOK_ALL && !reading->count && is_kernel_thread(reading))
		return 0;
	read_links(reading, alive);
	if (wants_maps(reading->look))
		read_mappings(reading, alive);
	return 0;
}

/** May we follow its links? All of them ask the same of us: fs/proc/base.c, proc_fd_access_allowed. */
static int check_readable(const struct source *source, unsigned int pid)
{
	char name[TEXT_NUMBER_MAX + sizeof("/cwd")], link[8];

	stpcpy(name + text_put_number(name, pid), "/cwd");
	return readlinkat(source->proc, name, link, sizeof(link)) < 0 ? -errno : 0;
}

/** Only the descriptors that are named, of whichever table. */
static int read_hinted(struct reading *reading, const struct hinted *hinted, bool maps)
{
	struct arena *arena = &reading->job->arena;
	unsigned int *fds = arena_zero(arena, hinted->count + 1, sizeof(*fds));
	unsigned int alive;
	int rc = 0;

	for (size_t i = 0; i < hinted->count; i++)
		fds[i] = hinted->items[i].fd;
	reading->fds = fds;
	reading->fd_count = hinted->count;
	if (hinted->count)
		rc = read_tables(reading, &alive);
	else
		alive = tables_alive(reading->dir, reading->pid, arena);
	if (rc)
		return rc;
	if (hinted->links)
		read_links(reading, alive);
	if (maps)
		read_mappings(reading, alive);
	return 0;
}

static bool maps_hinted(const struct reading *reading, const struct hints *hints)
{
	return wants_maps(reading->look) && hints_maps(hints, reading->pid);
}

static int read_by_hints(struct reading *reading, const struct hints *hints)
{
	struct hinted hinted;

	if (reading_is_denied(check_readable(reading->source, reading->pid))) {
		reading->out->denied = true;
		return 0;
	}
	/* It may be new. */
	if (!hints_of(hints, reading->pid, &hinted) && !is_kernel_thread(reading))
		return read_process(reading);
	return read_hinted(reading, &hinted, maps_hinted(reading, hints));
}

/** Most processes have nothing of what is looked for: whether that is so was ours to know is asked, too. */
static bool is_hinted_empty(const struct source *source, const struct look *look,
			    const struct hints *hints, unsigned int pid, struct holdings *out)
{
	struct hinted hinted;

	if (!hints_of(hints, pid, &hinted) || hinted.count || hinted.links ||
	    (wants_maps(look) && hints_maps(hints, pid)))
		return false;
	int rc = check_readable(source, pid);
	out->denied = reading_is_denied(rc);
	out->rc = reading_has_vanished(rc) ? rc : 0;
	return true;
}

void holdings_read(const struct source *source, const struct look *look, const struct guide *guide,
		   unsigned int pid, struct job *job, struct holdings *out)
{
	char name[16];

	if (guide->hints && is_hinted_empty(source, look, guide->hints, pid, out))
		return;
	struct reading *reading = arena_zero(&job->arena, 1, sizeof(*reading));
	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		out->rc = -errno;
		return;
	}
	reading->source = source;
	reading->look = look;
	reading->job = job;
	reading->out = out;
	reading->pid = pid;
	reading->dir = dir;
	reading->fdinfos = -1;
	reading->teller = guide->teller;
	reading->known = guide->known;
	out->rc = guide->hints ? read_by_hints(reading, guide->hints) : read_process(reading);
	out->process.pid = pid;
	if (out->rc) /* what it held when it ended, it holds no more */
		reading->count = 0;
	if (reading->count)
		read_comm(reading);
	if (reading->count && (look->needs & LOOK_OWNER))
		read_owner(reading);
	out->process.count = reading->count;
	out->process.files = out->files = reading->files;
	HASH_CLEAR(hh, reading->by_ino);
}
