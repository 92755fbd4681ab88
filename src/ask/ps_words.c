/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ps_words.h"

#include <errno.h>

#include "kernel/capability.h"
#include "kernel/signals.h"

struct text ps_state(struct arena *arena, char state)
{
	return arena_text(arena, (struct text){ &state, 1 });
}

struct text ps_policy(struct arena *arena, unsigned int policy)
{
	/* include/uapi/linux/sched.h; 4 was never used. */
	static const char *const words[] = { "other", "fifo", "rr",       "batch",
					     NULL,    "idle", "deadline", "ext" };

	if (policy < sizeof(words) / sizeof(words[0]) && words[policy])
		return text_of(words[policy]);
	return arena_format(arena, "%u", policy);
}

struct texts ps_list(struct arena *arena, struct text text, char separator)
{
	struct text rest = text, word, *items;
	size_t count = 0;

	while (text_next(&rest, separator, &word))
		count++;
	items = arena_zero(arena, count + 1, sizeof(*items));
	text = arena_text(arena, text);
	for (size_t i = 0; i < count; i++)
		text_next(&text, separator, &items[i]);
	return (struct texts){ items, count };
}

/** A program that wrote over its arguments leaves NULs behind. */
static struct text without_end(struct text cmdline)
{
	while (cmdline.len && !cmdline.bytes[cmdline.len - 1])
		cmdline.len--;
	return cmdline;
}

struct texts ps_words(struct arena *arena, struct text cmdline)
{
	return ps_list(arena, without_end(cmdline), '\0');
}

struct text ps_command_line(struct arena *arena, struct text cmdline)
{
	struct text line = without_end(cmdline);

	if (!line.len)
		return line;
	char *bytes = arena_zero(arena, line.len, 1);
	memcpy(bytes, line.bytes, line.len);
	for (char *at = bytes; (at = memchr(at, 0, line.len - (size_t)(at - bytes)));)
		*at = ' ';
	return (struct text){ bytes, line.len };
}

static void add(struct arena *arena, struct text *items, size_t *count, const char *word)
{
	items[(*count)++] = arena_text(arena, text_of(word));
}

struct texts ps_signals(struct arena *arena, uint64_t mask)
{
	struct text *items = arena_zero(arena, SIGNALS_LAST, sizeof(*items));
	char name[SIGNALS_NAME_MAX];
	size_t count = 0;

	for (int number = 1; number <= SIGNALS_LAST; number++) {
		if (mask >> (number - 1) & 1)
			add(arena, items, &count, signals_name(name, number));
	}
	return (struct texts){ items, count };
}

struct texts ps_capabilities(struct arena *arena, uint64_t mask, bool for_people)
{
	struct text *items = arena_zero(arena, CAPABILITY_COUNT + 2, sizeof(*items));
	uint64_t all = capability_all();
	char name[CAPABILITY_NAME_MAX];
	size_t count = 0;

	/* People are told what is missing where nearly all is there. */
	if (for_people && __builtin_popcountll(mask & all) > __builtin_popcountll(all) / 2) {
		items[count++] = text_of("all");
		mask = all & ~mask;
		if (mask)
			items[count++] = text_of("but");
	}
	for (unsigned int number = 0; number < CAPABILITY_COUNT; number++) {
		if (mask >> number & 1)
			add(arena, items, &count, capability_name(name, number));
	}
	return (struct texts){ items, count };
}

struct texts ps_groups(struct arena *arena, struct people *people, struct text numbers)
{
	struct texts words = ps_list(arena, numbers, ' ');
	struct text *items = arena_zero(arena, words.count + 1, sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < words.count; i++) {
		uint64_t gid;

		if (text_number(words.items[i], 10, &gid) == 0)
			items[count++] = people_group(people, (uint32_t)gid);
	}
	return (struct texts){ items, count };
}

struct texts ps_namespaces(struct arena *arena, const struct namespaces *theirs,
			   const struct namespaces *own)
{
	struct text *items = arena_zero(arena, NAMESPACE_COUNT, sizeof(*items));
	size_t count = 0;

	for (unsigned int i = 0; i < NAMESPACE_COUNT; i++) {
		if (theirs->ino[i] != own->ino[i])
			items[count++] = text_of(namespaces_word(i));
	}
	return (struct texts){ items, count };
}

struct text ps_why(const struct process_facts *facts)
{
	int rc = facts->rc;

	for (unsigned int i = 0; i < PROCESS_FILE_COUNT && !rc; i++) {
		if (facts_were_denied(facts, i))
			rc = facts->rcs[i];
	}
	switch (-rc) {
	case 0:
		return (struct text){ 0 };
	case ETIMEDOUT:
		return text_of("its memory does not answer");
	case EFBIG:
		return text_of("its memory is too large to be walked");
	default:
		return text_of(strerror(-rc));
	}
}
