/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Why a target named no deleted file: too late, not deleted, another file now, not ours to see.
 */
#pragma once
#include "ask/deleted.h"

enum absence {
	ABSENT_NOTHING,    /**< nothing of that kind is open */
	ABSENT_UNSEEN,     /**< nothing was found, but not everybody could be looked at */
	ABSENT_REFUSED,    /**< what is there is something else, or not ours to see */
	ABSENT_NO_PROCESS, /**< already said: the process does not exist */
};

/** Say why `wish` matched nothing; the message is complete. */
enum absence absent_explain(const struct inquiry *inquiry, const struct wish *wish,
			    const struct outcome *outcome, struct error *err);
