/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/scope.h"
#include "scan/facts_files.h"
#include "scan/tasks.h"

enum {
	ROOM_CMDLINE = 320,
	ROOM_ENVIRON = 8192,
	ROOM_MAPS = 1 << 15,
	ROOM_LINK = 384,
	ROOM_SMALL = 96
};

static const uint64_t WAITING = PROCESS_NEED(PROCESS_IO) | PROCESS_NEED(PROCESS_CMDLINE) |
				PROCESS_NEED(PROCESS_ENVIRON) | PROCESS_NEED(PROCESS_ROLLUP) |
				PROCESS_NEED(PROCESS_MAPS);

size_t facts_room(uint64_t needs)
{
	static const struct {
		enum process_file file;
		size_t room;
	} rooms[] = {
		{ PROCESS_CMDLINE, ROOM_CMDLINE }, { PROCESS_ENVIRON, ROOM_ENVIRON },
		{ PROCESS_MAPS, ROOM_MAPS },       { PROCESS_EXE, ROOM_LINK },
		{ PROCESS_CWD, ROOM_LINK },        { PROCESS_ROOT, ROOM_SMALL },
		{ PROCESS_CGROUP, ROOM_LINK },     { PROCESS_WCHAN, ROOM_SMALL },
		{ PROCESS_STATUS, ROOM_LINK },
	};
	size_t room = ROOM_SMALL;

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		room += needs & PROCESS_NEED(rooms[i].file) ? rooms[i].room : 0;
	return room;
}

bool facts_may_wait(uint64_t needs)
{
	return needs & WAITING;
}

bool facts_counts_files(void)
{
	struct stat stat;

	/* We have some open ourselves. */
	return fstatat(AT_FDCWD, "/proc/self/fd", &stat, 0) == 0 && stat.st_size > 0;
}

static bool needs(const struct facts_reader *reader, enum process_file file)
{
	return reader->reading->needs & PROCESS_NEED(file);
}

static bool is_gone(int rc)
{
	return rc == -ESRCH || rc == -ENOENT;
}

static void begin(const struct facts_reading *reading, struct facts_answer *answer)
{
	answer->facts.at_ns = clock_ns(CLOCK_BOOTTIME);
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT; i++)
		answer->facts.rcs[i] = reading->needs & PROCESS_NEED(i) ? -ETIMEDOUT : -ENODATA;
}

/** Stat and owner, at no cost. */
static void take_told(struct facts_reader *reader)
{
	struct process_facts *facts = reader->facts;

	tasks_tell(reader->answer->told, facts);
	facts->rcs[PROCESS_STAT] = 0;
	if (needs(reader, PROCESS_OWNER))
		facts->rcs[PROCESS_OWNER] = 0;
}

static int open_directory(const struct facts_reader *reader)
{
	const struct process_facts *facts = reader->facts;
	char name[32];

	snprintf(name, sizeof(name), facts->tid ? "%u/task/%u" : "%u", facts->pid, facts->tid);
	int dir = openat(reader->reading->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -errno : dir;
}

static void read_one(struct facts_reader *reader, enum process_file file)
{
	struct process_facts *facts = reader->facts;
	bool told = reader->answer->told;

	if (!needs(reader, file) || !facts->rcs[file] ||
	    (reader->reading->here && facts_may_wait(PROCESS_NEED(file))))
		return;
	int rc = facts_read_file(reader, file);
	facts->rcs[file] = rc;
	/* Without its stat nothing is known of it; without its command line it has just ended. */
	if (!told && (file == PROCESS_STAT || (file == PROCESS_CMDLINE && is_gone(rc))))
		facts->rc = rc;
}

/** Who was told is a row even so, unless it turns out that he is gone. */
static void lose(struct facts_reader *reader, int rc)
{
	struct process_facts *facts = reader->facts;

	if (!reader->answer->told) {
		facts->rc = rc;
		return;
	}
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT; i++) {
		if (facts->rcs[i] == -ETIMEDOUT)
			facts->rcs[i] = is_gone(rc) ? -ESRCH : rc;
	}
}

/** Where the command line is all that is not known yet, the way to it is one step. */
static void read_told_line(struct facts_reader *reader)
{
	struct process_facts *facts = reader->facts;
	char name[48];

	if (reader->reading->here || !facts_have_memory(reader->facts)) {
		facts->rcs[PROCESS_CMDLINE] = reader->reading->here ? -ETIMEDOUT : 0;
		return;
	}
	snprintf(name, sizeof(name), facts->tid ? "%u/task/%u/cmdline" : "%u/cmdline", facts->pid,
		 facts->tid);
	reader->dir = reader->reading->proc;
	int rc = facts_read_whole(reader, name, &facts->cmdline);
	facts->rcs[PROCESS_CMDLINE] = is_gone(rc) ? -ESRCH : rc;
}

void facts_read(const struct facts_reading *reading, struct facts_answer *answer)
{
	static const uint64_t tellable = PROCESS_NEED(PROCESS_STAT) | PROCESS_NEED(PROCESS_OWNER);
	struct process_facts *facts = &answer->facts;
	struct facts_reader reader = { reading, answer, facts, -1 };
	uint64_t rest = answer->told ? reading->needs & ~tellable : reading->needs;

	begin(reading, answer);
	if (answer->told)
		take_told(&reader);
	if (!rest)
		return;
	if (answer->told && rest == PROCESS_NEED(PROCESS_CMDLINE)) {
		read_told_line(&reader);
		return;
	}
	scope_fd dir = open_directory(&reader);
	reader.dir = dir;
	if (dir < 0)
		lose(&reader, dir);
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT && dir >= 0 && !facts->rc; i++)
		read_one(&reader, i);
	if (is_gone(facts->rc))
		facts->rc = -ESRCH;
}
