/* SPDX-License-Identifier: GPL-2.0-or-later */
/** What is read of a task: /proc/PID/syscall, /proc/PID/sched, lists of processors. */
#include "kernel/syscall.h"

#include "fuzz.h"
#include "kernel/cpulist.h"
#include "kernel/sched.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	struct syscall call;
	uint64_t number;

	if (syscall_parse(text, &call) == 0) {
		must(call.where <= SYSCALL_INSIDE);
		must(syscall_shape(call.number).fd < SYSCALL_ARGUMENTS);
		syscall_name(call.number);
	}
	if (cpulist_count(text, &number) == 0)
		must(number <= (uint64_t)size << 20);
	if (sched_last_ran(text, &number) == 0)
		must(memmem(text.bytes, text.len, "se.exec_start", 13) != NULL);
	return 0;
}
