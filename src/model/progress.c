/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/progress.h"

#define AT(field) offsetof(struct progress_row, field)
enum { SHOWN = COLUMN_DEFAULT, IF_ANY = COLUMN_DEFAULT | COLUMN_OPTIONAL };

/* clang-format off */
static const struct column columns[] = {
	[PROGRESS_PID]         = { "pid",         TYPE_ID,       SHOWN,  AT(pid),         0, "process that moves through the file" },
	[PROGRESS_COMMAND]     = { "command",     TYPE_TEXT,     SHOWN,  AT(command),     0, "its name, and of a pipeline all names: tar | gzip" },
	[PROGRESS_BOUND]       = { "bound",       TYPE_WORD,     IF_ANY, AT(bound),       0, "at most: position, percent and rate may be less" },
	[PROGRESS_PERCENT]     = { "percent",     TYPE_PERCENT,  SHOWN,  AT(percent),     0, "position, of total" },
	[PROGRESS_POSITION]    = { "position",    TYPE_SIZE,     SHOWN,  AT(position),    0, "how far it is in the file" },
	[PROGRESS_TOTAL]       = { "total",       TYPE_SIZE,     SHOWN,  AT(total),       0, "where the file ends; of what grows with it, nothing" },
	[PROGRESS_RATE]        = { "rate",        TYPE_SIZE,     SHOWN,  AT(rate),        0, "bytes a second, smoothed" },
	[PROGRESS_LEFT]        = { "left",        TYPE_DURATION, SHOWN,  AT(left),        0, "time left at this rate" },
	[PROGRESS_IN_ALL]      = { "in_all",      TYPE_SIZE,     IF_ANY, AT(in_all),      0, "what the process moved so far, through the files before this one too" },
	[PROGRESS_STALLED]     = { "stalled",     TYPE_DURATION, IF_ANY, AT(stalled),     0, "since when it does not move" },
	[PROGRESS_WAITS]       = { "waits",       TYPE_TEXT,     IF_ANY, AT(waits),       0, "on what it is stalled" },
	[PROGRESS_SOURCE]      = { "source",      TYPE_PATH,     SHOWN,  AT(source),      0, "the file that is read" },
	[PROGRESS_DESTINATION] = { "destination", TYPE_PATH,     SHOWN,  AT(destination), 0, "where it goes, at the end of a pipeline" },
	[PROGRESS_EVIDENCE]    = { "evidence",    TYPE_WORD,     0,      AT(evidence),    0, "what the position is from: pos growth offset rchar write_bytes read_bytes mapped" },
	[PROGRESS_HANDLE]      = { "handle",      TYPE_HANDLE,   0,      AT(handle),      0, "of the open file that is moved through" },
	[PROGRESS_PIDS]        = { "pids",        TYPE_HANDLES,  0,      AT(pids),        0, "processes of the pipeline" },
	[PROGRESS_TIME]        = { "time",        TYPE_TIME,     0,      AT(time),        0, "when it was looked at" },
};
/* clang-format on */
#undef AT

const struct table progress_table = { columns, sizeof(columns) / sizeof(columns[0]) };
