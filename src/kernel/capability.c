/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/capability.h"

#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

const char *capability_name(char buffer[CAPABILITY_NAME_MAX], unsigned int number)
{
	char *name = cap_to_name((cap_value_t)number);
	const char *plain = name && strncmp(name, "cap_", 4) == 0 ? name + 4 : name;

	if (plain)
		snprintf(buffer, CAPABILITY_NAME_MAX, "%s", plain);
	else
		snprintf(buffer, CAPABILITY_NAME_MAX, "%u", number);
	cap_free(name);
	return buffer;
}

uint64_t capability_all(void)
{
	cap_value_t count = cap_max_bits();

	return count >= 64 || count <= 0 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

struct texts capability_list(struct arena *arena, uint64_t mask)
{
	struct text *items = arena_zero(arena, CAPABILITY_COUNT, sizeof(*items));
	char name[CAPABILITY_NAME_MAX];
	size_t count = 0;

	for (unsigned int number = 0; number < CAPABILITY_COUNT; number++) {
		if (mask >> number & 1)
			items[count++] = arena_text(arena, text_of(capability_name(name, number)));
	}
	return (struct texts){ items, count };
}
