/* SPDX-License-Identifier: GPL-2.0-or-later */
/** /proc/PID/status: what is parsed has a state, and what is refused leaves no trace. */
#include "kernel/pidstatus.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	struct pidstatus status = { .inner_pid = 4711 };

	if (pidstatus_parse(text, &status)) {
		must(status.inner_pid == 4711 && !status.state);
		return 0;
	}
	must(status.state && memchr(text.bytes, status.state, text.len));
	return 0;
}
