/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/swaps.h"

#include <stdlib.h>

#include "ask/classify.h"
#include "kernel/mountinfo.h"
#include "kernel/procfile.h"
#include "kernel/swaps.h"
#include "show/encode.h"
#include "show/units.h"

enum { SWAPS_MAX = 1 << 20 };

void swaps_complain(const struct source *source, struct outcome *outcome)
{
	struct arena arena;
	struct text text;
	struct swap swap;
	char size[UNITS_MAX];

	arena_init(&arena);
	if (procfile_load(source->proc, "swaps", SWAPS_MAX, &arena, &text))
		text.len = 0;
	while (swaps_next(&text, &swap)) {
		struct text path = mountinfo_unescape(&arena, swap.path);

		if (!swap.is_file || !text_ends(path, " (deleted)"))
			continue;
		char *name = encode_copy(classify_old_path(path));
		error_add(&outcome->complaints, "%sa deleted swap file is in use: %s (%s)",
			  *outcome->complaints.message ? "\n" : "", name,
			  units_size(size, swap.size));
		free(name);
	}
	arena_end(&arena);
}
