/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Why a file that only the kernel has open could not be got at: a loop device, a slot of an io_uring.
 */
#include <errno.h>
#include <string.h>

#include "act/refusal.h"

static void refuse_loop(const struct recovering *context, struct error *err, const char *handle,
			int rc)
{
	switch (-rc) {
	case HELD_OTHER_FILE:
		error_set(err, rc,
			  "%s shows another file now than the one that was listed\n"
			  "  Nothing was written. See what is there: %s deleted",
			  handle, context->program);
		return;
	case ESRCH:
		error_set(err, rc,
			  "%s is gone: it shows no file any more\n"
			  "  Nothing was written. A deleted file ends when the last one closes it.",
			  handle);
		return;
	case EACCES:
	case EPERM:
		error_set(
			err, rc,
			"cannot get at %s: only the kernel has its file open, and that needs root\n"
			"  Nothing was written.\n  sudo %s",
			handle, context->line);
		return;
	default:
		error_set(err, rc, "cannot get at %s: %s\n  Nothing was written.", handle,
			  strerror(-rc));
		return;
	}
}

/** The kernel tells the name of a slot's file, not which file it is: another is never put in its place. */
static void refuse_slot(const struct recovering *context, const struct deleted_file *file,
			struct error *err, const char *handle, int rc)
{
	char alike[HANDLE_MAX];

	if (rc == -ESRCH || rc == -HELD_OTHER_FILE) {
		error_set(err, rc,
			  "%s is gone: the io_uring has let go of it\n"
			  "  Nothing was written. See what it holds: %s deleted %u",
			  handle, context->program, file->holders[0].handle.pid);
		return;
	}
	error_set(err, rc,
		  "cannot get at %s: the kernel tells the name of a file in an io_uring, but not "
		  "which file it is\n  Nothing was written.",
		  handle);
	if (file->alike_known)
		error_add(err,
			  "\n  %s has a deleted file of this name open: %s recover %s\n"
			  "  If that is not the one, let its program write it to a new file.",
			  handle_format(alike, &file->alike), context->program, alike);
	else
		error_add(err,
			  " No process has one of this name open.\n"
			  "  Let its program write it to a new file. On xfs and btrfs root can "
			  "have it where nothing else is hidden.");
}

void refusal_kernel(const struct recovering *context, struct recovered *recovered, int rc)
{
	char handle[HANDLE_MAX];
	const struct deleted_file *file = recovered->file;

	recovered->result = RECOVER_REFUSED;
	refusal_handle(handle, recovered);
	if (file->holders[0].handle.use == USE_RING)
		refuse_slot(context, file, &recovered->err, handle, rc);
	else
		refuse_loop(context, &recovered->err, handle, rc);
}
