/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/known.h"

#include <pthread.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/arena.h"

/** How many are remembered: what is mapped is for those who are looked at to choose. */
enum { KNOWN_MAX = 4096 };

struct place {
	uint64_t dev, ino;
};

struct entry {
	struct place place;
	struct text name;
	struct inode inode;
	UT_hash_handle hh;
};

struct known {
	pthread_mutex_t lock;
	struct arena arena;
	struct entry *entries;
};

struct known *known_new(void)
{
	struct known *known = memory_resize(NULL, 1, sizeof(*known));

	*known = (struct known){ 0 };
	pthread_mutex_init(&known->lock, NULL);
	arena_init(&known->arena);
	return known;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	HASH_CLEAR(hh, known->entries);
	arena_end(&known->arena);
	pthread_mutex_destroy(&known->lock);
	free(known);
}

/** Under the lock. */
static struct entry *find(const struct known *known, const struct mapping *mapping)
{
	const struct place place = { mapping->dev, mapping->ino };
	struct entry *entry;

	HASH_FIND(hh, known->entries, &place, sizeof(place), entry);
	return entry;
}

bool known_find(struct known *known, const struct mapping *mapping, struct inode *ret)
{
	pthread_mutex_lock(&known->lock);
	const struct entry *entry = find(known, mapping);
	/* A file that took the place of another meanwhile would be called otherwise. */
	bool same = entry && text_equal(entry->name, mapping->name);
	if (same) {
		*ret = entry->inode;
		ret->mnt_id = 0;
	}
	pthread_mutex_unlock(&known->lock);
	return same;
}

void known_add(struct known *known, const struct mapping *mapping, const struct inode *inode)
{
	pthread_mutex_lock(&known->lock);
	if (HASH_COUNT(known->entries) < KNOWN_MAX && !find(known, mapping)) {
		struct entry *entry = arena_zero(&known->arena, 1, sizeof(*entry));

		*entry = (struct entry){ .place = { mapping->dev, mapping->ino },
					 .name = arena_text(&known->arena, mapping->name),
					 .inode = *inode };
		HASH_ADD(hh, known->entries, place, sizeof(entry->place), entry);
	}
	pthread_mutex_unlock(&known->lock);
}
