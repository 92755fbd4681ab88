/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/person.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>

#include "base/scope.h"

enum {
	ROOM = 1 << 12,
	ROOM_MAX = 1 << 20, /* of a group: it names its members */
};

/** The name in `buffer`, or NULL; *rc is ERANGE when there is more room wanted. */
static const char *look_up(uint32_t id, bool is_group, char *buffer, size_t size, int *rc)
{
	struct passwd user, *user_found = NULL;
	struct group group, *group_found = NULL;

	if (is_group)
		*rc = getgrgid_r(id, &group, buffer, size, &group_found);
	else
		*rc = getpwuid_r(id, &user, buffer, size, &user_found);
	if (*rc)
		return NULL;
	return user_found ? user.pw_name : group_found ? group.gr_name : NULL;
}

static struct text name_of(struct arena *arena, uint32_t id, bool is_group)
{
	int rc = ERANGE;

	for (size_t size = ROOM; rc == ERANGE && size <= ROOM_MAX; size *= 4) {
		scope_free char *buffer = memory_resize(NULL, size, 1);
		const char *name = look_up(id, is_group, buffer, size, &rc);

		if (name)
			return arena_text(arena, text_of(name));
	}
	return arena_format(arena, "%" PRIu32, id);
}

struct text person_user(struct arena *arena, uint32_t uid)
{
	return name_of(arena, uid, false);
}

struct text person_group(struct arena *arena, uint32_t gid)
{
	return name_of(arena, gid, true);
}
