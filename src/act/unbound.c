/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/unbound.h"

#include <errno.h>
#include <string.h>

#include "act/wording.h"

static void explain_process(const struct unbound *unbound, const char *handle, int rc,
			    struct error *err)
{
	bool mapped = unbound->handle->use == USE_MAP;

	switch (-rc) {
	case HELD_OTHER_FILE:
		error_set(err, rc,
			  "%s is another file now than the one that was listed\n"
			  "  %s See what is there: %s deleted %u",
			  handle, unbound->state, unbound->program, unbound->handle->pid);
		return;
	case ESRCH:
		error_set(err, rc,
			  "%s is gone: %s (%u) has closed it, or has ended\n"
			  "  %s A deleted file ends when the last process closes it.",
			  handle, wording_comm(unbound->arena, deleted_comm(unbound->file, 0)),
			  unbound->handle->pid, unbound->state);
		return;
	case EACCES:
	case EPERM:
		error_set(err, rc, "cannot get at %s: %s\n  %s", handle,
			  mapped ? "it is only mapped, and that needs root" : strerror(-rc),
			  unbound->state);
		if (mapped)
			error_add(err, "\n  sudo %s", unbound->line);
		return;
	default:
		error_set(err, rc, "cannot get at %s: %s\n  %s", handle, strerror(-rc),
			  unbound->state);
		return;
	}
}

static void explain_loop(const struct unbound *unbound, const char *handle, int rc,
			 struct error *err)
{
	switch (-rc) {
	case HELD_OTHER_FILE:
		error_set(err, rc,
			  "%s shows another file now than the one that was listed\n"
			  "  %s See what is there: %s deleted",
			  handle, unbound->state, unbound->program);
		return;
	case ESRCH:
		error_set(err, rc,
			  "%s is gone: it shows no file any more\n"
			  "  %s A deleted file ends when the last one closes it.",
			  handle, unbound->state);
		return;
	case EACCES:
	case EPERM:
		error_set(
			err, rc,
			"cannot get at %s: only the kernel has its file open, and that needs root\n"
			"  %s\n  sudo %s",
			handle, unbound->state, unbound->line);
		return;
	default:
		error_set(err, rc, "cannot get at %s: %s\n  %s", handle, strerror(-rc),
			  unbound->state);
		return;
	}
}

/** The kernel tells the name of a slot's file, not which file it is: another is never put in its place. */
static void explain_slot(const struct unbound *unbound, const char *handle, int rc,
			 struct error *err)
{
	const struct deleted_file *file = unbound->file;
	char alike[HANDLE_MAX];

	if (rc == -ESRCH || rc == -HELD_OTHER_FILE) {
		error_set(err, rc,
			  "%s is gone: the io_uring has let go of it\n"
			  "  %s See what it holds: %s deleted %u",
			  handle, unbound->state, unbound->program, unbound->handle->pid);
		return;
	}
	error_set(err, rc,
		  "cannot get at %s: the kernel tells the name of a file in an io_uring, but not "
		  "which file it is\n  %s",
		  handle, unbound->state);
	if (file->odd && file->odd->alike_known)
		error_add(err,
			  "\n  %s has a deleted file of this name open: %s recover %s\n"
			  "  If that is not the one, let its program write it to a new file.",
			  handle_format(alike, &file->odd->alike), unbound->program, alike);
	else
		error_add(err,
			  " No process has one of this name open.\n"
			  "  Let its program write it to a new file. On xfs and btrfs root can "
			  "have it where nothing else is hidden.");
}

void unbound_explain(const struct unbound *unbound, int rc, struct error *err)
{
	char handle[HANDLE_MAX];

	handle_format(handle, unbound->handle);
	switch (unbound->handle->use) {
	case USE_RING:
		explain_slot(unbound, handle, rc, err);
		return;
	case USE_LOOP:
		explain_loop(unbound, handle, rc, err);
		return;
	default:
		explain_process(unbound, handle, rc, err);
		return;
	}
}
