/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/memory.h"

#define AT(field) offsetof(struct memory_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[MEMORY_NAME]  = { "name",  TYPE_WORD,  SHOWN, AT(name),  0, "the kernel's word: MemTotal MemAvailable Dirty …, see proc_meminfo(5)" },
	[MEMORY_SIZE]  = { "size",  TYPE_SIZE,  SHOWN, AT(size),  0, "how much, in bytes" },
	[MEMORY_COUNT] = { "count", TYPE_COUNT, SHOWN, AT(count), 0, "how many, of what is counted in pieces: HugePages_Total …" },
};
/* clang-format on */
#undef AT

const struct table memory_table = { columns, sizeof(columns) / sizeof(columns[0]) };
