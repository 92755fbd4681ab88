/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ps_words.h"

#include <ctype.h>
#include <errno.h>

#include "kernel/capability.h"
#include "kernel/sched.h"

struct text ps_state(struct arena *arena, char state)
{
	return arena_text(arena, (struct text){ &state, 1 });
}

struct text ps_policy(struct arena *arena, unsigned int policy)
{
	static const char prefix[] = "SCHED_";
	const char *word = sched_policy_word(policy);

	if (!word)
		return arena_format(arena, "%u", policy);
	struct text text = arena_text(arena, text_of(word + strlen(prefix)));
	char *bytes = (char *)text.bytes;
	for (size_t i = 0; i < text.len; i++)
		bytes[i] = (char)tolower((unsigned char)bytes[i]);
	return text;
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

struct texts ps_capabilities(struct arena *arena, uint64_t mask, bool for_people)
{
	static const char *const most[] = { "all", "but" };
	uint64_t all = capability_all();

	/* People are told what is missing where nearly all is there. */
	if (!for_people || __builtin_popcountll(mask & all) <= __builtin_popcountll(all) / 2)
		return capability_list(arena, mask);
	struct texts missing = capability_list(arena, all & ~mask);
	struct text *items = arena_zero(arena, missing.count + 2, sizeof(*items));
	size_t count = missing.count ? 2 : 1;
	for (size_t i = 0; i < count; i++)
		items[i] = text_of(most[i]);
	for (size_t i = 0; i < missing.count; i++)
		items[count++] = missing.items[i];
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
