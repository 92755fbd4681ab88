/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/target.h"

#include <errno.h>
#include <limits.h>

static bool is_number(struct text text, uint64_t *ret)
{
	int rc = text_number(text, 10, ret);

	if (rc == -ERANGE)
		*ret = UINT64_MAX;
	return rc != -EINVAL;
}

/** ":PORT", ":PORT/tcp", ":PORT/udp" */
static int parse_port(struct text text, struct target *out, struct error *err)
{
	struct text port = text_from(text, 1);
	uint64_t number;

	if (text_ends(port, "/udp"))
		out->udp = true;
	if (out->udp || text_ends(port, "/tcp"))
		port = text_first(port, port.len - 4);
	if (!is_number(port, &number) || number < 1 || number > 65535)
		return error_set(err, -EINVAL,
				 "'%.*s' is no port: one is written :8080 or :8080/udp, 1 to 65535",
				 (int)text.len, text.bytes);
	out->kind = TARGET_PORT;
	out->port = (unsigned int)number;
	return 0;
}

int target_parse(struct text text, struct target *out, struct error *err)
{
	uint64_t number;

	*out = (struct target){ .text = text, .kind = TARGET_WORD, .name = text };
	if (!text.len)
		return error_set(err, -EINVAL, "an empty word names nothing");
	struct handle handle;
	if (handle_parse(text, &handle) == 0) {
		out->kind = TARGET_HANDLE;
		out->handle = handle;
		return 0;
	}
	if (is_number(text, &number)) {
		if (number > INT_MAX)
			number = INT_MAX;
		out->kind = TARGET_PROCESS;
		out->pid = (unsigned int)number;
		return 0;
	}
	if (text.bytes[0] == ':') {
		*out = (struct target){ .text = text };
		return parse_port(text, out, err);
	}
	if (memchr(text.bytes, '/', text.len)) {
		out->kind = TARGET_PATH;
		return 0;
	}
	if (text.bytes[0] == '@') {
		if (text.len == 1)
			return error_set(err, -EINVAL,
					 "'@' names no process: write @nginx, or @php-fpm*");
		out->kind = TARGET_NAME;
		out->name = text_from(text, 1);
	}
	return 0;
}

bool target_is_beyond(const struct target *target)
{
	uint64_t number;

	return target->kind == TARGET_PROCESS && target->pid == INT_MAX &&
	       is_number(target->text, &number) && number != target->pid;
}
