/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pidstatus.h"

#include <errno.h>

#include "kernel/procfile.h"

/** What a number is written in: a base, or bytes by the thousand ("3060 kB"). */
enum { KILOBYTES = 0, OCTAL = 8, DECIMAL = 10, HEX = 16 };

/* clang-format off */
static const struct {
	const char *key;
	unsigned int base;
	uint64_t limit; /**< 0: none */
} lines[PIDSTATUS_COUNT] = {
	[PIDSTATUS_UMASK]           = { "Umask",                      OCTAL,     07777 },
	[PIDSTATUS_TGID]            = { "Tgid",                       DECIMAL,   UINT32_MAX },
	[PIDSTATUS_TRACER]          = { "TracerPid",                  DECIMAL,   UINT32_MAX },
	[PIDSTATUS_FDSIZE]          = { "FDSize",                     DECIMAL,   0 },
	[PIDSTATUS_KTHREAD]         = { "Kthread",                    DECIMAL,   0 },
	[PIDSTATUS_VM_PEAK]         = { "VmPeak",                     KILOBYTES, 0 },
	[PIDSTATUS_VM_SIZE]         = { "VmSize",                     KILOBYTES, 0 },
	[PIDSTATUS_VM_LCK]          = { "VmLck",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_PIN]          = { "VmPin",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_HWM]          = { "VmHWM",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_RSS]          = { "VmRSS",                      KILOBYTES, 0 },
	[PIDSTATUS_RSS_ANON]        = { "RssAnon",                    KILOBYTES, 0 },
	[PIDSTATUS_RSS_FILE]        = { "RssFile",                    KILOBYTES, 0 },
	[PIDSTATUS_RSS_SHMEM]       = { "RssShmem",                   KILOBYTES, 0 },
	[PIDSTATUS_VM_DATA]         = { "VmData",                     KILOBYTES, 0 },
	[PIDSTATUS_VM_STK]          = { "VmStk",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_EXE]          = { "VmExe",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_LIB]          = { "VmLib",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_PTE]          = { "VmPTE",                      KILOBYTES, 0 },
	[PIDSTATUS_VM_SWAP]         = { "VmSwap",                     KILOBYTES, 0 },
	[PIDSTATUS_HUGETLB]         = { "HugetlbPages",               KILOBYTES, 0 },
	[PIDSTATUS_CORE_DUMPING]    = { "CoreDumping",                DECIMAL,   0 },
	[PIDSTATUS_THREADS]         = { "Threads",                    DECIMAL,   0 },
	[PIDSTATUS_SIG_PENDING]     = { "SigPnd",                     HEX,       0 },
	[PIDSTATUS_SHARED_PENDING]  = { "ShdPnd",                     HEX,       0 },
	[PIDSTATUS_SIG_BLOCKED]     = { "SigBlk",                     HEX,       0 },
	[PIDSTATUS_SIG_IGNORED]     = { "SigIgn",                     HEX,       0 },
	[PIDSTATUS_SIG_CAUGHT]      = { "SigCgt",                     HEX,       0 },
	[PIDSTATUS_CAP_INHERITABLE] = { "CapInh",                     HEX,       0 },
	[PIDSTATUS_CAP_PERMITTED]   = { "CapPrm",                     HEX,       0 },
	[PIDSTATUS_CAP_EFFECTIVE]   = { "CapEff",                     HEX,       0 },
	[PIDSTATUS_CAP_BOUNDING]    = { "CapBnd",                     HEX,       0 },
	[PIDSTATUS_CAP_AMBIENT]     = { "CapAmb",                     HEX,       0 },
	[PIDSTATUS_NO_NEW_PRIVS]    = { "NoNewPrivs",                 DECIMAL,   0 },
	[PIDSTATUS_SECCOMP]         = { "Seccomp",                    DECIMAL,   0 },
	[PIDSTATUS_SECCOMP_FILTERS] = { "Seccomp_filters",            DECIMAL,   0 },
	[PIDSTATUS_VOLUNTARY]       = { "voluntary_ctxt_switches",    DECIMAL,   0 },
	[PIDSTATUS_NONVOLUNTARY]    = { "nonvoluntary_ctxt_switches", DECIMAL,   0 },
};
/* clang-format on */

_Static_assert(PIDSTATUS_COUNT <= 64, "one bit each in `known`");

/** What stands behind the blanks that follow the colon. */
static struct text value_of(struct text line)
{
	while (line.len && (*line.bytes == '\t' || *line.bytes == ' '))
		line = text_from(line, 1);
	return line;
}

static int take_number(struct text value, unsigned int base, uint64_t limit, uint64_t *ret)
{
	uint64_t number;

	if (text_number(value, base, &number) || number > limit)
		return -EINVAL;
	*ret = number;
	return 0;
}

static int take_bytes(struct text value, uint64_t *ret)
{
	struct text word;
	uint64_t number;

	if (!text_next(&value, ' ', &word) || text_number(word, 10, &number) ||
	    number > UINT64_MAX / 1024)
		return -EINVAL;
	*ret = number * 1024;
	return 0;
}

/** "NSpid:	4090	7	1": from the reader's namespace to its own. */
static int take_inner(struct text value, struct pidstatus *out)
{
	struct text word;
	uint64_t number = 0;

	out->nspid = value;
	while (text_next(&value, '\t', &word)) {
		if (take_number(word, 10, UINT32_MAX, &number))
			return -EINVAL;
	}
	out->inner_pid = (unsigned int)number;
	return 0;
}

/** "Uid:	1000	1000	1000	1000" */
static int take_ids(struct text value, unsigned int ret[4])
{
	struct text word;
	uint64_t number;

	for (unsigned int i = 0; i < 4; i++) {
		if (!text_next(&value, '\t', &word) || take_number(word, 10, UINT32_MAX, &number))
			return -EINVAL;
		ret[i] = (unsigned int)number;
	}
	return 0;
}

/** "SigQ:	3/96365" */
static int take_queue(struct text value, struct pidstatus *out)
{
	struct text word;

	if (!text_next(&value, '/', &word) || text_number(word, 10, &out->queued) ||
	    text_number(value, 10, &out->queue_limit))
		return -EINVAL;
	out->has_queue = true;
	return 0;
}

/** Lines that are more than a number. -ENOENT: none of them. */
static int take_special(struct text key, struct text value, struct pidstatus *out)
{
	static const struct {
		const char *key;
		size_t at;
	} texts[] = {
		{ "Name", offsetof(struct pidstatus, name) },
		{ "Groups", offsetof(struct pidstatus, groups) },
		{ "Cpus_allowed_list", offsetof(struct pidstatus, cpus) },
		{ "Mems_allowed_list", offsetof(struct pidstatus, mems) },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_is(key, texts[i].key)) {
			memcpy((char *)out + texts[i].at, &value, sizeof(value));
			return 0;
		}
	}
	if (text_is(key, "State"))
		out->state = value.len ? *value.bytes : 0;
	else if (text_is(key, "NSpid"))
		return take_inner(value, out);
	else if (text_is(key, "SigQ"))
		return take_queue(value, out);
	else if (text_is(key, "Uid"))
		return take_ids(value, out->uid);
	else if (text_is(key, "Gid")) {
		out->has_ids = true;
		return take_ids(value, out->gid);
	} else
		return -ENOENT;
	return 0;
}

/** The kernel writes the lines in the order of our table, with others between: look from the last on. */
static int take_line(struct text key, struct text value, unsigned int *next, struct pidstatus *out)
{
	for (unsigned int i = 0; i < PIDSTATUS_COUNT; i++) {
		unsigned int at = (*next + i) % PIDSTATUS_COUNT;

		if (!text_is(key, lines[at].key))
			continue;
		*next = at + 1;
		out->known |= UINT64_C(1) << at;
		if (lines[at].base == KILOBYTES)
			return take_bytes(value, &out->number[at]);
		return take_number(value, lines[at].base,
				   lines[at].limit ? lines[at].limit : UINT64_MAX,
				   &out->number[at]);
	}
	return 0;
}

int pidstatus_parse(struct text text, struct pidstatus *out)
{
	struct pidstatus status = { 0 };
	unsigned int next = 0;
	struct text line, key;

	/* Somebody in thousands of groups has a line longer than any buffer. */
	const char *end = text.len ? memrchr(text.bytes, '\n', text.len) : NULL;
	text = text_first(text, end ? (size_t)(end - text.bytes) : 0);
	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key))
			continue;
		struct text value = value_of(line);
		int rc = take_special(key, value, &status);
		if (rc == -ENOENT)
			rc = take_line(key, value, &next, &status);
		if (rc)
			return -EINVAL;
	}
	if (!status.state)
		return -EINVAL;
	*out = status;
	return 0;
}

int pidstatus_read(int dirfd, const char *name, struct pidstatus *out)
{
	static const struct text none = { 0 };
	char buffer[PIDSTATUS_MAX];
	ssize_t len = procfile_read(dirfd, name, buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	int rc = pidstatus_parse((struct text){ buffer, (size_t)len }, out);
	if (!rc)
		out->name = out->groups = out->nspid = out->cpus = out->mems = none;
	return rc;
}
