/* SPDX-License-Identifier: GPL-2.0-or-later */
/** /proc/PID/fdinfo/N: lines that nobody asked for change nothing. */
#include "kernel/fdinfo.h"

#include <errno.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char more[] =
		"\ntfd:        5 events:       19 data: 5  pos:7 ino:4f5733\nx\n:\n";
	struct fdinfo info = { .pos = 42 }, again;
	int rc = fdinfo_parse(fuzz_text(data, size), &info);

	must(rc == 0 || rc == -EINVAL);
	if (rc) {
		must(info.pos == 42 && !info.flags && !info.ino);
		return 0;
	}
	char *longer = malloc(size + sizeof(more) - 1);
	must(longer != NULL);
	memcpy(longer, data, size);
	memcpy(longer + size, more, sizeof(more) - 1);
	must(fdinfo_parse((struct text){ longer, size + sizeof(more) - 1 }, &again) == 0);
	must(again.pos == info.pos && again.flags == info.flags && again.mnt_id == info.mnt_id &&
	     again.ino == info.ino && again.in_flight == info.in_flight &&
	     again.user_files == info.user_files);
	free(longer);
	return 0;
}
