/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A statement may only read: SQLite asks here before it compiles anything else
 * (sqlite.org/c3ref/set_authorizer.html).
 */
#include <string.h>
#include <strings.h>

#include "sql/session.h"

static int allow(void *context, int action, const char *first, const char *second,
		 const char *database, const char *trigger)
{
	const bool *declaring = context;

	(void)first;
	(void)database;
	(void)trigger;
	if (*declaring || action == SQLITE_SELECT || action == SQLITE_READ ||
	    action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && strcasecmp(second, "load_extension") != 0)
		return SQLITE_OK;
	return SQLITE_DENY;
}

void sql_guard(sqlite3 *db, bool *declaring)
{
	sqlite3_set_authorizer(db, allow, declaring);
}
