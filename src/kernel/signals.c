/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/signals.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const char *signals_name(char buffer[SIGNALS_NAME_MAX], int number)
{
	const char *name = sigabbrev_np(number);

	if (name)
		snprintf(buffer, SIGNALS_NAME_MAX, "%s", name);
	else if (number == SIGRTMIN)
		snprintf(buffer, SIGNALS_NAME_MAX, "RTMIN");
	else if (number > SIGRTMIN && number <= SIGRTMAX)
		snprintf(buffer, SIGNALS_NAME_MAX, "RTMIN+%d", number - SIGRTMIN);
	else
		snprintf(buffer, SIGNALS_NAME_MAX, "%d", number);
	return buffer;
}

struct texts signals_list(struct arena *arena, uint64_t mask)
{
	struct text *items = arena_zero(arena, SIGNALS_LAST, sizeof(*items));
	char name[SIGNALS_NAME_MAX];
	size_t count = 0;

	for (int number = 1; number <= SIGNALS_LAST; number++) {
		if (mask >> (number - 1) & 1)
			items[count++] = arena_text(arena, text_of(signals_name(name, number)));
	}
	return (struct texts){ items, count };
}
