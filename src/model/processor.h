/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What one processor did since the machine was started, or all of them together.
 */
#pragma once
#include "row/column.h"

struct processor_row {
	struct facts facts;
	struct text name;
	uint64_t cpu;
	uint64_t user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice;
};

enum processor_column {
	PROCESSOR_NAME,
	PROCESSOR_CPU,
	PROCESSOR_USER, /**< from here on in the order of enum sysstat_time */
	PROCESSOR_NICE,
	PROCESSOR_SYSTEM,
	PROCESSOR_IDLE,
	PROCESSOR_IOWAIT,
	PROCESSOR_IRQ,
	PROCESSOR_SOFTIRQ,
	PROCESSOR_STEAL,
	PROCESSOR_GUEST,
	PROCESSOR_GUEST_NICE,
};

extern const struct table processor_table;
