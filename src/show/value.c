/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/value.h"

bool value_is_foreign(enum value_type type)
{
	return type == TYPE_COMMAND || type == TYPE_TEXT || type == TYPE_PATH || type == TYPE_NAMES;
}

bool value_is_numeric(enum value_type type)
{
	return type == TYPE_SIZE || type == TYPE_COUNT || type == TYPE_ID || type == TYPE_SIGNED ||
	       type == TYPE_PERCENT || type == TYPE_DURATION;
}
