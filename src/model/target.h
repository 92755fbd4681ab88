/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a person names on the command line: one grammar for all commands. Only the form is decided
 * here; which processes and files are meant is found by ask/scope.
 */
#pragma once
#include "base/error.h"
#include "model/handle.h"

enum target_kind {
	TARGET_HANDLE,  /**< 4076:7 */
	TARGET_PROCESS, /**< 4076 */
	TARGET_PORT,    /**< :8080, :8080/udp */
	TARGET_PATH,    /**< anything with a '/' */
	TARGET_NAME,    /**< @nginx */
	TARGET_WORD,    /**< any other word: a file here, a deleted file's base name, a process */
};

struct target {
	enum target_kind kind;
	struct text text; /**< as it was typed; the bytes are the caller's */
	union {
		struct handle handle;
		unsigned int pid; /**< INT_MAX: perhaps target_is_beyond */
		struct {
			unsigned int port;
			bool udp;
		};
		struct text name; /**< without the '@' */
	};
};

/** Read one target; the forms are tried in the order above. 0, or -EINVAL and a message. */
int target_parse(struct text text, struct target *out, struct error *err);

/** True for a process whose number, as it was typed, is larger than any that the kernel gives. */
bool target_is_beyond(const struct target *target);
