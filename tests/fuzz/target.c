/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Targets and handles: a handle survives being written and read; no kind takes what is another's. */
#include "model/target.h"

#include "fuzz.h"

static bool all_digits(struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.bytes[i] < '0' || text.bytes[i] > '9')
			return false;
	}
	return text.len > 0;
}

static void check_handle(const struct handle *handle)
{
	char written[HANDLE_MAX], twice[HANDLE_MAX];
	struct handle again;

	handle_format(written, handle);
	must(handle_parse(text_of(written), &again) == 0);
	must(handle_equal(handle, &again));
	must(handle->guarded == again.guarded && handle->ino == again.ino);
	must(strcmp(handle_format(twice, &again), written) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	struct target target;
	struct handle handle;
	struct error err = { 0 };

	if (target_parse(text, &target, &err)) {
		must(*err.message);
		must(memchr(err.message, 0, sizeof(err.message)));
		must(!size || data[0] == ':' || data[0] == '@');
		return 0;
	}
	must(size && text_equal(target.text, text));
	must((target.kind == TARGET_HANDLE) == (handle_parse(text, &handle) == 0));
	must((target.kind == TARGET_PROCESS) == all_digits(text));
	switch (target.kind) {
	case TARGET_HANDLE:
		check_handle(&target.handle);
		break;
	case TARGET_PROCESS:
		must(target.pid <= INT32_MAX);
		break;
	case TARGET_PORT:
		must(data[0] == ':' && target.port >= 1 && target.port <= 65535);
		break;
	case TARGET_PATH:
		must(memchr(data, '/', size));
		break;
	case TARGET_NAME:
		must(data[0] == '@' && target.name.len == size - 1);
		break;
	case TARGET_WORD:
		must(!memchr(data, '/', size) && text_equal(target.name, text));
		break;
	}
	return 0;
}
