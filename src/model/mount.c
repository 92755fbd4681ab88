/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/mount.h"

#define AT(field) offsetof(struct mount_row, field)
enum { SHOWN = COLUMN_DEFAULT, SPACE = MOUNT_NEED_SPACE };

/* clang-format off */
static const struct column columns[] = {
	[MOUNT_MOUNTPOINT] = { "mountpoint", TYPE_PATH,   SHOWN, AT(mountpoint), 0,     "where it is" },
	[MOUNT_TYPE]       = { "type",       TYPE_TEXT,   SHOWN, AT(type),       0,     "of the filesystem: ext4 tmpfs fuse.sshfs …" },
	[MOUNT_SOURCE]     = { "source",     TYPE_TEXT,   SHOWN, AT(source),     0,     "what was mounted, as it was said then" },
	[MOUNT_DEVICE]     = { "device",     TYPE_DEVICE, 0,     AT(device),     0,     "number of the filesystem; on btrfs not that of its files" },
	[MOUNT_SIZE]       = { "size",       TYPE_SIZE,   SHOWN, AT(size),       SPACE, "bytes the filesystem has; not known where it has none or does not answer" },
	[MOUNT_USED]       = { "used",       TYPE_SIZE,   SHOWN, AT(used),       SPACE, "of these, in use" },
	[MOUNT_AVAILABLE]  = { "available",  TYPE_SIZE,   SHOWN, AT(available),  SPACE, "of these, free for everybody" },
	[MOUNT_OPTIONS]    = { "options",    TYPE_TEXT,   0,     AT(options),    0,     "of the mount: rw,relatime" },
	[MOUNT_FILESYSTEM_OPTIONS] =
		{ "filesystem_options", TYPE_TEXT, 0, AT(filesystem_options), 0, "of the filesystem, as the kernel writes them" },
	[MOUNT_ID]         = { "id",         TYPE_ID,     0,     AT(id),         0,     "number of the mount: `mount` of the table files" },
	[MOUNT_PARENT]     = { "parent",     TYPE_ID,     0,     AT(parent),     0,     "number of the mount it is mounted on" },
	[MOUNT_ROOT]       = { "root",       TYPE_PATH,   0,     AT(root),       0,     "which directory of the filesystem it shows" },
};
/* clang-format on */
#undef AT

const struct table mount_table = { columns, sizeof(columns) / sizeof(columns[0]) };
