/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/people.h"
#include "ask/person.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/arena.h"

struct person {
	uint32_t id;
	struct text name;
	uint64_t count;
	UT_hash_handle hh;
};

struct people {
	struct person *users, *groups;
	struct person *last; /**< neighbours mostly have one owner */
	struct arena arena;
	bool sorted;
};

struct people *people_begin(void)
{
	struct people *people = memory_resize(NULL, 1, sizeof(*people));

	*people = (struct people){ 0 };
	arena_init(&people->arena);
	return people;
}

void people_end(struct people *people)
{
	if (!people)
		return;
	HASH_CLEAR(hh, people->users);
	HASH_CLEAR(hh, people->groups);
	arena_end(&people->arena);
	free(people);
}

static struct person *find(struct people *people, struct person **all, uint32_t id, bool is_group)
{
	struct person *person;

	HASH_FIND(hh, *all, &id, sizeof(id), person);
	if (person)
		return person;
	person = arena_zero(&people->arena, 1, sizeof(*person));
	person->id = id;
	person->name = is_group ? person_group(&people->arena, id) :
				  person_user(&people->arena, id);
	HASH_ADD(hh, *all, id, sizeof(id), person);
	return person;
}

static struct person *find_user(struct people *people, uint32_t uid)
{
	if (!people->last || people->last->id != uid)
		people->last = find(people, &people->users, uid, false);
	return people->last;
}

struct text people_user(struct people *people, uint32_t uid)
{
	return find_user(people, uid)->name;
}

struct text people_group(struct people *people, uint32_t gid)
{
	return find(people, &people->groups, gid, true)->name;
}

void people_count(struct people *people, uint32_t uid)
{
	find_user(people, uid)->count++;
}

static int by_count(const struct person *a, const struct person *b)
{
	return (a->count < b->count) - (a->count > b->count);
}

bool people_next(struct people *people, unsigned int index, struct text *name, uint64_t *count)
{
	if (!people->sorted)
		HASH_SORT(people->users, by_count);
	people->sorted = true;
	const struct person *person = people->users;
	while (person && index--)
		person = person->hh.next;
	if (!person || !person->count)
		return false;
	*name = person->name;
	*count = person->count;
	return true;
}
