/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Names of users and groups, each looked up once: ask/person.h.
 */
#pragma once
#include <stdint.h>

#include "base/text.h"

struct people;

struct people *people_begin(void);
void people_end(struct people *people);

/** The user's name, or the number where there is none. Lives until people_end. */
struct text people_user(struct people *people, uint32_t uid);

/** The same of a group. */
struct text people_group(struct people *people, uint32_t gid);

/** How many processes of this user were counted, and one more. */
void people_count(struct people *people, uint32_t uid);

/**
 * Who was counted, the commonest first: `index` 0, 1, 2 …. False at the end. Nobody may be counted
 * after the first call.
 */
bool people_next(struct people *people, unsigned int index, struct text *name, uint64_t *count);
