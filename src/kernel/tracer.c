/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kernel/procfile.h"

int tracer_seize(unsigned int tid)
{
	/* Without PTRACE_O_EXITKILL: when we end, they live. */
	long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;

	return ptrace(PTRACE_SEIZE, tid, 0L, options) ? -errno : 0;
}

void tracer_interrupt(unsigned int tid)
{
	ptrace(PTRACE_INTERRUPT, tid, 0L, 0L);
}

enum tracer_view tracer_look(unsigned int tid)
{
	siginfo_t info = { 0 };
	int flags = WSTOPPED | WEXITED | WNOHANG | WNOWAIT | __WALL;

	if (waitid(P_PID, tid, &info, flags))
		return errno == ECHILD ? TRACER_ENDED : TRACER_RUNS;
	if (!info.si_pid)
		return TRACER_RUNS;
	return info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED ? TRACER_STOPPED :
									    TRACER_ENDED;
}

bool tracer_waits_for_child(unsigned int tid)
{
	static const uint64_t calls[] = {
#ifdef SYS_vfork
		SYS_vfork,
#endif
		SYS_clone,
		SYS_clone3,
	};
	char name[48], buffer[256];
	struct text number;
	uint64_t call;

	snprintf(name, sizeof(name), "/proc/%u/syscall", tid);
	ssize_t len = procfile_read(AT_FDCWD, name, buffer, sizeof(buffer));
	struct text text = { buffer, len > 0 ? (size_t)len : 0 };
	if (!text_next(&text, ' ', &number) || text_number(number, 10, &call))
		return false;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (call == calls[i])
			return true;
	}
	return false;
}
