/* SPDX-License-Identifier: GPL-2.0-or-later */
/** /proc/PID/cgroup: whatever the paths are, a container is a part of them, or none. */
#include "kernel/cgroup.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	struct cgroup cgroup;

	if (cgroup_parse(text, &cgroup))
		return 0;
	must(cgroup.len < CGROUP_NAME_MAX);
	must(cgroup.len < size);
	must(!memchr(cgroup.container, '/', cgroup.len) || memmem(data, size, "\\x2", 3));
	return 0;
}
