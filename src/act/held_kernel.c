/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Taking hold of a file that only the kernel has open: by its number, where the filesystem allows that.
 * Else the loop device that shows it is held: it stays attached as long as somebody has it open.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/held.h"
#include "base/scope.h"
#include "kernel/loopdev.h"
#include "scan/numbered.h"

/** -HELD_OTHER_FILE when it shows another file than the one that was listed. */
static int check_loop(int device, const struct deleted_file *file, uint64_t *offset)
{
	struct loopdev_file shown;
	int rc = loopdev_ask(device, &shown);

	if (rc)
		return rc == -ENXIO ? -ESRCH : rc;
	*offset = shown.offset;
	return shown.dev == file->inode.dev && shown.ino == file->inode.ino ? 0 : -HELD_OTHER_FILE;
}

static int bind_number(const struct deleted_file *file, struct held *out)
{
	struct inode inode;

	if (file->inode_rc || !file->site->mounted.info)
		return -EOPNOTSUPP;
	scope_fd hold =
		numbered_open(file->site->mounted.info, file->inode.dev, file->inode.ino, &inode);
	if (hold < 0)
		return hold == -ESTALE ? -ESRCH : hold;
	if (!inode_same(&inode, &file->inode))
		return -HELD_OTHER_FILE;
	out->inode = inode;
	out->hold = scope_fd_take(&hold);
	return 0;
}

/** What the device shows is all that can be had: nothing is known of the file but its identity. */
static int bind_device(int device, const struct deleted_file *file, uint64_t offset,
		       struct held *out)
{
	bool read_only;
	int rc = loopdev_size(device, &out->part.size, &read_only);

	if (rc)
		return rc;
	out->part.offset = offset;
	out->inode = file->inode;
	out->inode.mode = S_IFREG;
	out->inode.size = offset + out->part.size;
	out->inode.disk = out->part.size;
	out->hold = device;
	return 0;
}

int held_bind_kernel(const struct deleted_file *file, const struct holder *holder, struct held *out)
{
	if (holder->handle.use == USE_RING) {
		int rc = file->inode_rc ? -EOPNOTSUPP : bind_number(file, out);

		out->holder = holder;
		return rc;
	}
	scope_fd device = loopdev_open(holder->handle.fd, 0);
	if (device < 0)
		return device == -ENOENT || device == -ENXIO ? -ESRCH : device;
	int rc = file->inode_rc == 0 ? bind_number(file, out) : -EOPNOTSUPP;
	/* Asked when it is held already: as long as the device shows it, its number is its own. */
	uint64_t offset;
	int loop_rc = check_loop(device, file, &offset);
	if (loop_rc) {
		if (rc == 0)
			close(out->hold);
		out->hold = -1;
		return loop_rc;
	}
	if (rc && rc != -HELD_OTHER_FILE) {
		rc = bind_device(device, file, offset, out);
		if (rc == 0)
			scope_fd_take(&device);
	}
	out->holder = holder;
	return rc;
}
