/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/source.h"

#include <inttypes.h>
#include <stdio.h>

const char *open_file_path(char buffer[OPEN_FILE_PATH_MAX], const struct open_file *file)
{
	static const char *const words[] = {
		[USE_CWD] = "cwd", [USE_ROOT] = "root", [USE_EXE] = "exe"
	};
	const struct handle *handle = &file->handle;
	char owner[48];

	snprintf(owner, sizeof(owner), handle->tid ? "%u/task/%u" : "%u", handle->pid, handle->tid);
	switch (handle->use) {
	case USE_FD:
	case USE_RING:
	case USE_LOOP: /* of process 0, which is not there */
		snprintf(buffer, OPEN_FILE_PATH_MAX, "%s/fd/%u", owner, handle->fd);
		break;
	case USE_MAP: /* only the thread group has map_files */
		snprintf(buffer, OPEN_FILE_PATH_MAX, "%u/map_files/%" PRIx64 "-%" PRIx64,
			 handle->pid, file->map_start, file->map_end);
		break;
	case USE_CWD:
	case USE_ROOT:
	case USE_EXE:
		snprintf(buffer, OPEN_FILE_PATH_MAX, "%s/%s", owner, words[handle->use]);
		break;
	}
	return buffer;
}
