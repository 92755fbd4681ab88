/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/reclaim_refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/unbound.h"
#include "act/wording.h"
#include "show/units.h"

static const struct handle *holder_handle(const struct reclaimed *reclaimed)
{
	return reclaimed->held.holder ? &reclaimed->held.holder->handle :
					&reclaimed->file->holders[0].handle;
}

static const char *handle_of(char buffer[HANDLE_MAX], const struct reclaimed *reclaimed)
{
	return handle_format(buffer, holder_handle(reclaimed));
}

/** "will not empty 1423:38: "; the reason follows, then what end() says. */
static struct error *begin(struct reclaimed *reclaimed)
{
	char handle[HANDLE_MAX];

	reclaimed->result = RECLAIM_REFUSED;
	error_set(&reclaimed->err, 0, "will not empty %s: ", handle_of(handle, reclaimed));
	return &reclaimed->err;
}

/** Which file it is, and that nothing was changed. */
static void end(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	const struct deleted_file *file = reclaimed->file;
	struct error *err = &reclaimed->err;
	char size[UNITS_MAX];

	error_add(err, "\n  %s",
		  deleted_path(file).len ? wording_shown(context->arena, deleted_path(file)) :
					   "A file");
	if (!file->inode_rc && file->class != CLASS_LOWER)
		error_add(err, ", %s", units_size(size, file->inode.size));
	if (file->site->container.name.len)
		error_add(err, ", deleted in %s",
			  wording_shown(context->arena, file->site->container.name));
	error_add(err, ". Nothing was changed.");
}

/** The ways out, one below the other; the last one always is to throw it away. */
struct way {
	struct text label;
	struct text command;
};

static void add_ways(struct error *err, const struct way *ways, size_t count)
{
	size_t widest = 0;

	for (size_t i = 0; i < count; i++)
		widest = ways[i].label.len > widest ? ways[i].label.len : widest;
	for (size_t i = 0; i < count; i++)
		error_add(err, "\n  %-*s    %s", (int)widest, ways[i].label.bytes,
			  ways[i].command.bytes);
}

/** What never had a name is nobody's to get back, only its process's own. */
static bool is_worth_recovering(const struct deleted_file *file)
{
	return file->class != CLASS_TMPFILE && file->class != CLASS_MEMORY;
}

static struct way way_to_recover(const struct reclaiming *context,
				 const struct reclaimed *reclaimed)
{
	char handle[HANDLE_MAX];

	return (struct way){ text_of("get it back instead"),
			     arena_format(context->arena, "%s recover %s", context->program,
					  handle_of(handle, reclaimed)) };
}

static struct way way_to_discard(const struct reclaiming *context,
				 const struct reclaimed *reclaimed, const char *whose)
{
	char handle[HANDLE_MAX], disk[UNITS_MAX];
	struct arena *arena = context->arena;

	units_size(disk, reclaimed->held.inode.disk);
	return (struct way){
		whose ? arena_format(arena, "throw %s of %s's data away", disk, whose) :
			arena_format(arena, "throw %s away", disk),
		arena_format(arena, "%s reclaim --discard %s", context->program,
			     handle_of(handle, reclaimed)),
	};
}

void reclaim_refuse_bind(const struct reclaiming *context, struct reclaimed *reclaimed, int rc)
{
	const struct unbound unbound = {
		.file = reclaimed->file,
		.handle = holder_handle(reclaimed),
		.arena = context->arena,
		.program = context->program,
		.line = context->line,
		.state = "Nothing was changed.",
	};

	reclaimed->result = RECLAIM_REFUSED;
	unbound_explain(&unbound, rc, &reclaimed->err);
}

void reclaim_refuse_kind(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	error_add(begin(reclaimed), "it is no regular file, and takes no space");
	end(context, reclaimed);
}

void reclaim_refuse_lower(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	error_add(begin(reclaimed),
		  "it belongs to the image and takes no space that could be freed");
	end(context, reclaimed);
}

void reclaim_refuse_linked(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	const struct mountinfo *info = reclaimed->file->site->mounted.info;
	const char *point = NULL;

	error_add(begin(reclaimed), "it has another name, under which it is not deleted");
	end(context, reclaimed);
	if (info && reclaimed->file->site->mounted.own)
		point = wording_word(context->arena, info->point, "");
	if (point)
		error_add(&reclaimed->err, "\n  find that name   find %s -xdev -inum %" PRIu64,
			  point, reclaimed->held.inode.ino);
}

void reclaim_refuse_stale(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	error_add(begin(reclaimed),
		  "it was deleted on the NFS server, and takes no space there any more");
	end(context, reclaimed);
}

void reclaim_refuse_protected(const struct reclaiming *context, struct reclaimed *reclaimed,
			      enum protection protection)
{
	static const char *const words[] = {
		[PROTECTION_NONE] = "",
		[PROTECTION_IMMUTABLE] = "it is immutable (chattr +i)",
		[PROTECTION_APPEND_ONLY] =
			"it is append-only (chattr +a): nothing in it may be taken away",
		[PROTECTION_VERITY] = "its content is protected by fs-verity",
	};

	error_add(begin(reclaimed), "%s", words[protection]);
	end(context, reclaimed);
}

void reclaim_refuse_sealed(const struct reclaiming *context, struct reclaimed *reclaimed, int seals)
{
	error_add(begin(reclaimed), "it is memory that is sealed:%s%s",
		  seals & F_SEAL_SHRINK ? " it may not shrink" : "",
		  seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) ?
			  (seals & F_SEAL_SHRINK ? ", nor be written to" :
						   " it may not be written to") :
			  "");
	end(context, reclaimed);
}

/** Not ours to write to. */
static void refuse_denied(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	const struct inode *inode = &reclaimed->held.inode;

	error_add(begin(reclaimed), "you may not write to it: mode %04o, owned by uid %u",
		  inode->mode & 07777, inode->uid);
	end(context, reclaimed);
	if (geteuid() != 0)
		error_add(&reclaimed->err, "\n  sudo %s", context->line);
}

void reclaim_refuse_open(const struct reclaiming *context, struct reclaimed *reclaimed, int rc)
{
	const char *reason = strerror(-rc);

	switch (-rc) {
	case EACCES:
	case EPERM:
		refuse_denied(context, reclaimed);
		return;
	case EEXIST: /* an overlay: it would have to be copied up, and has no name to go by */
		reclaim_refuse_lower(context, reclaimed);
		return;
	case EROFS:
		reason = "its filesystem is mounted read-only";
		break;
	case ETXTBSY:
		reason = "it is a program that runs, or is swapped to";
		break;
	case EWOULDBLOCK:
		reason = "somebody has a lease on it, and has been asked to give it back";
		break;
	}
	error_add(begin(reclaimed), "%s", reason);
	end(context, reclaimed);
}

void reclaim_refuse_running(const struct reclaiming *context, struct reclaimed *reclaimed,
			    const struct stake *who)
{
	error_add(begin(reclaimed), "%s (%u) runs it; its space comes free when that ends",
		  wording_comm(context->arena, who->comm), who->handle.pid);
	end(context, reclaimed);
}

void reclaim_refuse_backing(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	error_add(begin(reclaimed),
		  "it is the disk of /dev/%s, and comes free when that is detached",
		  wording_shown(context->arena, reclaimed->stakes.backed));
	end(context, reclaimed);
}

void reclaim_refuse_failed(const struct reclaiming *context, struct reclaimed *reclaimed, int rc)
{
	const struct mountinfo *info = reclaimed->file->site->mounted.info;
	char handle[HANDLE_MAX], freed[UNITS_MAX];

	if (rc == -EOPNOTSUPP && reclaimed->method == EMPTYING_PUNCH) {
		error_add(begin(reclaimed),
			  "%s cannot punch holes, and to cut it short could harm who has it open",
			  info ? wording_shown(context->arena, info->type) : "its filesystem");
		end(context, reclaimed);
		return;
	}
	reclaimed->result = RECLAIM_REFUSED;
	error_set(&reclaimed->err, rc, "cannot empty %s: %s\n  ", handle_of(handle, reclaimed),
		  strerror(-rc));
	if (reclaim_freed(reclaimed))
		error_add(&reclaimed->err, "%s of it are gone.",
			  units_size(freed, reclaim_freed(reclaimed)));
	else
		error_add(&reclaimed->err, "Nothing was changed.");
}

void reclaim_refuse_kept(const struct reclaiming *context, struct reclaimed *reclaimed,
			 const struct stake *who)
{
	const struct way ways[] = {
		{ text_of("let go of it"),
		  arena_format(context->arena, "kill %u", who->handle.pid) },
		way_to_recover(context, reclaimed),
		way_to_discard(context, reclaimed, NULL),
	};

	error_add(begin(reclaimed), "procowl (%u) holds it, so that it can be got back",
		  who->handle.pid);
	end(context, reclaimed);
	add_ways(&reclaimed->err, ways, sizeof(ways) / sizeof(ways[0]));
}

void reclaim_refuse_read(const struct reclaiming *context, struct reclaimed *reclaimed,
			 const struct stake *who)
{
	struct error *err = begin(reclaimed);
	const char *comm = wording_comm(context->arena, who->comm);
	size_t others = stakes_others(&reclaimed->stakes, STAKE_READS, STAKE_MAPS, who);
	const struct way ways[] = { way_to_recover(context, reclaimed),
				    way_to_discard(context, reclaimed, comm) };
	size_t skipped = is_worth_recovering(reclaimed->file) ? 0 : 1;

	error_add(err, "%s", comm);
	if (others)
		error_add(err, " and %zu other%s", others, units_plural(others));
	switch (who->kind) {
	case STAKE_MAPS:
		error_add(err, others ? " map it" : " maps it");
		break;
	case STAKE_UNKNOWN:
		error_add(err, others ? " have it open" : " has it open");
		break;
	case STAKE_POINTS:
	case STAKE_APPENDS:
	case STAKE_WRITES:
	case STAKE_READS:
	case STAKE_READS_WRITES:
	case STAKE_KEEPS:
	case STAKE_RUNS:
		error_add(err, others ? " read it" : " has it open for reading");
		break;
	}
	error_add(err, " and may still need what is in it");
	end(context, reclaimed);
	add_ways(err, ways + skipped, 2 - skipped);
}

static void add_unseen(const struct reclaiming *context, const struct reclaimed *reclaimed,
		       struct error *err)
{
	const struct stakes *stakes = &reclaimed->stakes;
	const struct tally *tally = &stakes->tally;
	const struct mountinfo *info = reclaimed->file->site->mounted.info;
	unsigned int missed = tally->denied + tally->blocked;
	char handle[HANDLE_MAX];

	switch (stakes->unseen) {
	case UNSEEN_NONE:
		return;
	case UNSEEN_PROCESSES:
		if (missed == 1 && tally->blocked_pid)
			error_add(err, "process %u did not answer", tally->blocked_pid);
		else if (missed)
			error_add(err, "%u of %u processes could not be looked at", missed,
				  tally->looked + missed);
		else
			error_add(err, "/proc hides other users' processes (hidepid)");
		error_add(err, ", and may read it");
		return;
	case UNSEEN_NAMESPACE:
		error_add(err,
			  "who reads it outside of this PID namespace cannot be seen from here");
		return;
	case UNSEEN_RING:
		error_add(err, "an io_uring has it registered, and may read it");
		return;
	case UNSEEN_IN_FLIGHT:
		error_add(err,
			  "a descriptor in flight over a unix socket (%s) may be one to read it",
			  handle_format(handle, &tally->in_flight_at));
		return;
	case UNSEEN_FILESYSTEM:
		error_add(err, "who else reads it on %s%s cannot be seen from here",
			  info ? "a filesystem of type " : "a filesystem that is unmounted",
			  info ? wording_shown(context->arena, info->type) : "");
		return;
	}
}

void reclaim_refuse_unseen(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	struct way ways[3];
	size_t count = 0;

	add_unseen(context, reclaimed, begin(reclaimed));
	end(context, reclaimed);
	if (reclaimed->stakes.unseen == UNSEEN_PROCESSES && geteuid() != 0)
		ways[count++] = (struct way){
			text_of("look at all"),
			arena_format(context->arena, "sudo %s", context->line),
		};
	if (is_worth_recovering(reclaimed->file))
		ways[count++] = way_to_recover(context, reclaimed);
	ways[count++] = way_to_discard(context, reclaimed, NULL);
	add_ways(&reclaimed->err, ways, count);
}
