/* SPDX-License-Identifier: GPL-2.0-or-later */
/** /proc/PID/stat: the comm is what stands between the first '(' and the last ')'. */
#include "kernel/pidstat.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	struct pidstat stat;

	if (pidstat_parse(text, &stat))
		return 0;
	must_lie_in(stat.comm, text);
	must(stat.comm.bytes[-1] == '(');
	must(!memchr(text.bytes, '(', (size_t)(stat.comm.bytes - 1 - text.bytes)));
	const char *end = stat.comm.bytes + stat.comm.len;
	must(*end == ')');
	must(!memchr(end + 1, ')', (size_t)(text.bytes + text.len - end - 1)));
	must(stat.state == end[2]);
	return 0;
}
