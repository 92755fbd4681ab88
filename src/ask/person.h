/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Names of users and groups: getpwuid_r(3), getgrgid_r(3), as several questions may be asked at once.
 */
#pragma once
#include "base/arena.h"

/** The user's name, in the arena; the number where there is none. */
struct text person_user(struct arena *arena, uint32_t uid);

/** The same for a group. */
struct text person_group(struct arena *arena, uint32_t gid);
