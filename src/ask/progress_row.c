/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A transfer as a row: what the process moves through, with all that its pipeline says of it.
 */
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "ask/progress.h"
#include "base/clock.h"

/**
 * Unless it is asked for: less is a script that a shell reads on in, and who writes less in a look, to a
 * file without an end, keeps a log.
 */
static const uint64_t LOG_STEP = 64 << 10;

struct telling {
	struct progress *progress;
	struct arena *arena;
	const struct movement *movement;
	const struct passage *passage;
	const struct seen *members[PIPELINE_MAX];
	size_t count;
	struct progress_row *row;
};

static void tell_text(struct telling *telling, struct text *place, enum progress_column column,
		      struct text text)
{
	*place = text;
	if (text.len)
		facts_know(&telling->row->facts, column);
}

static void tell_number(struct telling *telling, uint64_t *place, enum progress_column column,
			uint64_t number)
{
	*place = number;
	facts_know(&telling->row->facts, column);
}

/** The name it has, or had. */
static struct text name_of(const struct seen_file *file)
{
	struct text link = file->file.link;

	if (!file->file.inode_rc && !file->file.inode.nlink && text_ends(link, " (deleted)"))
		link.len -= strlen(" (deleted)");
	return link;
}

/** Documentation/admin-guide/devices.txt: memory devices, such as /dev/null and /dev/zero. */
enum { MEM_MAJOR = 1, NULL_MINOR = 3 };

/** What a descriptor that is no file with a place leads to, if that says something. */
static struct text device_at(const struct seen *seen, unsigned int fd)
{
	dev_t nothing = makedev(MEM_MAJOR, NULL_MINOR);

	for (size_t i = 0; i < seen->count; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->file.handle.use != USE_FD || file->file.handle.fd != fd)
			continue;
		if (seen_file_is(file, S_IFSOCK))
			return text_of("a socket");
		if (seen_file_is(file, S_IFIFO))
			return text_starts(file->file.link, "/") ? file->file.link :
								   text_of("a pipe");
		if (seen_file_is(file, S_IFCHR) && major(file->file.inode.rdev) == MEM_MAJOR &&
		    (fd || file->file.inode.rdev != nothing))
			return file->file.link;
	}
	return (struct text){ 0 };
}

/** It writes, and not to its standard output, where that did not move: to a socket, say. */
static bool writes_elsewhere(const struct progress *progress, const struct seen *seen)
{
	const struct seen *past = progress_past(progress, seen);

	if (past && seen->io.wchar >= past->io.wchar + LOG_STEP)
		return true;
	if (!seen_is_inside(seen))
		return false;
	struct syscall_shape shape = syscall_shape(seen->called.call.number);
	return (shape.deed == SYSCALL_WRITES || shape.deed == SYSCALL_SENDS) &&
	       syscall_int(&seen->called.call, shape.fd) != STDOUT_FILENO;
}

/**
 * What a process may write to, that has not done so yet: the only file it has for it, else its standard
 * output.
 */
static const struct seen_file *still_output(const struct progress *progress,
					    const struct seen *seen)
{
	const struct seen_file *only = NULL, *standard = NULL;
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->file.handle.use != USE_FD || !file->file.writable ||
		    (!seen_file_is(file, S_IFREG) && !seen_file_is(file, S_IFBLK)))
			continue;
		if (file->file.handle.fd == STDOUT_FILENO)
			standard = file;
		if (file->file.handle.fd <= STDERR_FILENO)
			continue;
		only = file;
		count++;
	}
	if (count == 1)
		return only;
	return standard && !writes_elsewhere(progress, seen) ? standard : NULL;
}

/** What it writes to; who fills its buffers first has not done so yet. */
static const struct seen_file *output_of(struct telling *telling, const struct seen *seen)
{
	struct movement theirs = { 0 };

	if (seen == telling->movement->process)
		theirs = *telling->movement;
	else
		movement_find(telling->progress, seen, &theirs);
	return theirs.output ? theirs.output : still_output(telling->progress, seen);
}

/** What it reads may go nowhere, as that of md5sum(1) does. */
static bool writes(const struct telling *telling, const struct seen *now)
{
	const struct seen *past = progress_past(telling->progress, now);

	if (now->blocked || (past && now->io.wchar != past->io.wchar))
		return true;
	if (!seen_is_inside(now))
		return false;
	enum syscall_deed deed = syscall_shape(now->called.call.number).deed;
	return deed == SYSCALL_WRITES || deed == SYSCALL_SENDS || deed == SYSCALL_COPIES;
}

static struct text destination(struct telling *telling)
{
	if (telling->movement->many)
		return (struct text){ 0 };
	for (size_t i = telling->count; i-- > 0;) {
		const struct seen_file *output = output_of(telling, telling->members[i]);
		struct text device;

		if (output)
			return name_of(output);
		device = device_at(telling->members[i], 1);
		if (device.len && writes(telling, telling->members[i]))
			return device;
	}
	return (struct text){ 0 };
}

/** What it wrote came from somewhere, if it read as much. */
static bool reads_as_much(const struct telling *telling)
{
	const struct seen *now = telling->movement->process;
	const struct seen *past = progress_past(telling->progress, now);

	return past && now->has_io && past->has_io &&
	       now->io.rchar - past->io.rchar >= telling->movement->moved_by / 2;
}

static struct text source(struct telling *telling)
{
	if (telling->movement->many)
		return (struct text){ 0 };
	const struct seen *writer;

	if (telling->movement->input)
		return name_of(telling->movement->input);
	writer = pipeline_writer(telling->progress, telling->movement->process);
	if (writer)
		return arena_format(telling->arena, "%.*s (%u)", (int)writer->comm.len,
				    writer->comm.bytes, writer->pid);
	return reads_as_much(telling) ? device_at(telling->movement->process, 0) :
					(struct text){ 0 };
}

/** "tar | gzip", and their numbers. */
static void tell_pipeline(struct telling *telling)
{
	struct text *pids = arena_zero(telling->arena, telling->count, sizeof(*pids));
	struct text names = { 0 };

	for (size_t i = 0; i < telling->count; i++) {
		const struct seen *member = telling->members[i];

		pids[i] = arena_format(telling->arena, "%u", member->pid);
		names = arena_format(telling->arena, "%.*s%s%.*s", (int)names.len,
				     names.len ? names.bytes : "", i ? " | " : "",
				     (int)member->comm.len, member->comm.bytes);
	}
	tell_text(telling, &telling->row->command, PROGRESS_COMMAND, names);
	telling->row->pids = (struct texts){ pids, telling->count };
	facts_know(&telling->row->facts, PROGRESS_PIDS);
}

static bool is_bound(enum progress_evidence evidence)
{
	switch (evidence) {
	case EVIDENCE_POS:
	case EVIDENCE_GROWTH:
	case EVIDENCE_OFFSET:
		return false;
	case EVIDENCE_RCHAR:
	case EVIDENCE_WRITE_BYTES:
	case EVIDENCE_READ_BYTES:
	case EVIDENCE_MAPPED:
		return true;
	}
	return true;
}

/** In thousandths; rounded to a tenth it is 100 only where nothing is left. */
static uint64_t percent(uint64_t part, uint64_t whole)
{
	uint64_t thousandths = (uint64_t)((double)part / (double)whole * 100000.0);

	return part < whole && thousandths > 99949 ? 99949 : thousandths;
}

static void tell_position(struct telling *telling)
{
	static const char *const words[] = {
		[EVIDENCE_POS] = "pos",
		[EVIDENCE_GROWTH] = "growth",
		[EVIDENCE_OFFSET] = "offset",
		[EVIDENCE_RCHAR] = "rchar",
		[EVIDENCE_MAPPED] = "mapped",
		[EVIDENCE_READ_BYTES] = "read_bytes",
		[EVIDENCE_WRITE_BYTES] = "write_bytes",
	};
	const struct movement *movement = telling->movement;
	struct progress_row *row = telling->row;

	if (movement->total)
		tell_number(telling, &row->total, PROGRESS_TOTAL, movement->total);
	if (!movement->known)
		return;
	tell_number(telling, &row->position, PROGRESS_POSITION, movement->position);
	tell_text(telling, &row->evidence, PROGRESS_EVIDENCE, text_of(words[movement->evidence]));
	if (is_bound(movement->evidence))
		tell_text(telling, &row->bound, PROGRESS_BOUND, text_of("at most"));
	if (movement->total)
		tell_number(telling, &row->percent, PROGRESS_PERCENT,
			    percent(movement->position, movement->total));
}

/** A rate is known once it was looked at twice. */
static void tell_rate(struct telling *telling)
{
	const struct movement *movement = telling->movement;
	const struct passage *passage = telling->passage;
	struct progress_row *row = telling->row;
	uint64_t rest = movement->total - movement->position;

	if (!passage->rated_ns)
		return;
	tell_number(telling, &row->rate, PROGRESS_RATE,
		    movement->moved ? (uint64_t)passage->rate : 0);
	if (movement->known && movement->total >= movement->position && movement->total &&
	    movement->moved && passage->rate >= 1)
		tell_number(telling, &row->left, PROGRESS_LEFT,
			    (uint64_t)((double)rest / passage->rate) * (uint64_t)CLOCK_SECOND_NS);
}

static void tell_stall(struct telling *telling)
{
	struct progress_row *row = telling->row;
	int64_t since_ns = telling->movement->process->at_ns - telling->passage->moved_ns;

	if (telling->movement->moved || !telling->passage->rated_ns)
		return;
	tell_number(telling, &row->stalled, PROGRESS_STALLED,
		    since_ns > 0 ? (uint64_t)since_ns : 0);
	tell_text(telling, &row->waits, PROGRESS_WAITS,
		  waiting_say(telling->progress, telling->members, telling->count));
}

static bool any_is_meant(const struct seen *seen)
{
	for (size_t i = 0; i < seen->count; i++) {
		if (seen->files[i].meant)
			return true;
	}
	return false;
}

/** A process means all it takes part in; a file only what goes through it. */
static bool is_meant(struct telling *telling)
{
	const struct movement *movement = telling->movement;
	bool processes = telling->progress->scope.pids;

	if (movement->many || (movement->input && movement->input->meant) ||
	    (movement->output && movement->output->meant))
		return true;
	for (size_t i = 0; i < telling->count; i++) {
		const struct seen_file *output = output_of(telling, telling->members[i]);

		if ((output && output->meant) || (processes && any_is_meant(telling->members[i])))
			return true;
	}
	return false;
}

/** Whoever reads what another one moves through is told with that; a log is no transfer. */
static bool is_worth(struct telling *telling)
{
	const struct movement *movement = telling->movement;
	const struct seen *writer = movement->process;
	struct movement theirs;

	if (!telling->progress->scope.count && movement->total && movement->total < LOG_STEP)
		return false;
	if (movement->input)
		return true;
	for (size_t i = 0; i < PIPELINE_MAX; i++) {
		writer = pipeline_writer(telling->progress, writer);
		if (!writer || writer == movement->process)
			break;
		if (movement_find(telling->progress, writer, &theirs) && theirs.input)
			return false;
	}
	if (telling->progress->scope.count || movement->total)
		return true;
	return !movement->moved || movement->moved_by >= LOG_STEP;
}

bool progress_row(struct progress *progress, struct movement *movement, struct told *ret)
{
	char handle[HANDLE_MAX];
	const struct seen *process = movement->process;
	struct telling telling = { .progress = progress,
				   .arena = &progress_now(progress)->arena,
				   .movement = movement,
				   .row = &ret->row };

	*ret = (struct told){ .weight = movement->moved_by, .moves = movement->moved };
	telling.count = pipeline_of(progress, process, telling.members);
	if (!is_worth(&telling) || !is_meant(&telling))
		return false;
	telling.passage = passage_note(progress, movement);
	ret->weight = movement->moved_by;
	for (size_t i = 0; i < telling.count && telling.count > 1; i++)
		pipeline_follow(progress, &telling.members[i]->pid, 1);
	tell_number(&telling, &ret->row.pid, PROGRESS_PID, process->pid);
	tell_pipeline(&telling);
	tell_position(&telling);
	tell_rate(&telling);
	tell_stall(&telling);
	tell_text(&telling, &ret->row.source, PROGRESS_SOURCE, source(&telling));
	tell_text(&telling, &ret->row.destination, PROGRESS_DESTINATION, destination(&telling));
	handle_format(handle, &movement->file->file.handle);
	if (!movement->many)
		tell_text(&telling, &ret->row.handle, PROGRESS_HANDLE,
			  arena_text(telling.arena, text_of(handle)));
	ret->row.time = clock_ns(CLOCK_REALTIME);
	facts_know(&ret->row.facts, PROGRESS_TIME);
	return true;
}
