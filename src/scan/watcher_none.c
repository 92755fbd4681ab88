/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/watcher.h"

#include <errno.h>

int watcher_bpf(const struct watcher_wish *wish, struct watcher *ret, struct error *reason)
{
	(void)wish;
	(void)ret;
	return error_set(reason, -EOPNOTSUPP, "procowl was built without it");
}
