/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/processor.h"

#define AT(field) offsetof(struct processor_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[PROCESSOR_NAME]       = { "name",       TYPE_WORD,     SHOWN, AT(name),       0, "all, or which: cpu0 cpu1 …" },
	[PROCESSOR_CPU]        = { "cpu",        TYPE_ID,       0,     AT(cpu),        0, "its number; not known of all together" },
	[PROCESSOR_USER]       = { "user",       TYPE_DURATION, SHOWN, AT(user),       0, "in programs, guests included" },
	[PROCESSOR_NICE]       = { "nice",       TYPE_DURATION, SHOWN, AT(nice),       0, "in programs of lower priority" },
	[PROCESSOR_SYSTEM]     = { "system",     TYPE_DURATION, SHOWN, AT(system),     0, "in the kernel" },
	[PROCESSOR_IDLE]       = { "idle",       TYPE_DURATION, SHOWN, AT(idle),       0, "with nothing to do" },
	[PROCESSOR_IOWAIT]     = { "iowait",     TYPE_DURATION, SHOWN, AT(iowait),     0, "with nothing to do while somebody waited for a disk" },
	[PROCESSOR_IRQ]        = { "irq",        TYPE_DURATION, SHOWN, AT(irq),        0, "in interrupts" },
	[PROCESSOR_SOFTIRQ]    = { "softirq",    TYPE_DURATION, SHOWN, AT(softirq),    0, "in what interrupts left to be done" },
	[PROCESSOR_STEAL]      = { "steal",      TYPE_DURATION, SHOWN, AT(steal),      0, "given to other machines by the one below" },
	[PROCESSOR_GUEST]      = { "guest",      TYPE_DURATION, SHOWN, AT(guest),      0, "in guests that this machine runs" },
	[PROCESSOR_GUEST_NICE] = { "guest_nice", TYPE_DURATION, 0,     AT(guest_nice), 0, "in guests of lower priority" },
};
/* clang-format on */
#undef AT

const struct table processor_table = { columns, sizeof(columns) / sizeof(columns[0]) };
