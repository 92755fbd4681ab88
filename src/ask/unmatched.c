/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/unmatched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "scan/names.h"
#include "show/encode.h"

/** A path that leads to nothing, or that we may not follow. */
static void explain_path(const struct wish *wish, const char *shown, struct outcome *outcome,
			 struct error *line)
{
	switch (-wish->found.rc) {
	case 0:
		return; /* it is there, and nobody has it open: the answer says so */
	case ENOENT:
	case ENOTDIR:
		error_set(line, 0,
			  "there is no %s, and no process has a deleted file of that name "
			  "open",
			  shown);
		return;
	default:
		outcome->denied_target = true;
		error_set(line, 0, "cannot look at %s: %s", shown, strerror(-wish->found.rc));
		return;
	}
}

/** Where only files are meant, a name that no file has may be a process's. */
static void explain_word(const struct inquiry *inquiry, const struct wish *wish, const char *shown,
			 struct outcome *outcome, struct error *line)
{
	if (wish->found.rc != -ENOENT || !inquiry->loops_are_devices) {
		explain_path(wish, shown, outcome, line);
		return;
	}
	char *word = NULL;
	size_t len;
	FILE *out = open_memstream(&word, &len);
	if (!out)
		memory_out();
	bool plain = encode_shell_word(out, wish->target->text);
	fclose(out);
	error_set(line, 0,
		  "there is no file %s here, and nobody has a deleted one of that name open",
		  shown);
	if (plain)
		error_add(line, "; about a process: %s files %s", inquiry->program, word);
	free(word);
}

static void explain_handle(const struct wish *wish, const char *shown, struct error *line)
{
	const struct handle *handle = &wish->target->handle;

	if (handle->use == USE_FD)
		error_set(line, 0, "process %u has no descriptor %u open%s", handle->pid,
			  handle->fd, handle->guarded ? " with that inode" : "");
	else
		error_set(line, 0, "%s is not there (any more)", shown);
}

static void explain_port(const struct target *target, struct error *line)
{
	error_set(line, 0, "no process has port %u/%s open", target->port,
		  target->udp ? "udp" : "tcp");
}

static void explain(const struct inquiry *inquiry, const struct wish *wish, struct outcome *outcome,
		    struct error *line)
{
	char *shown = encode_copy(wish->target->text);

	switch (wish->kind) {
	case TARGET_HANDLE:
		explain_handle(wish, shown, line);
		break;
	case TARGET_NAME:
		if (!wish->pid_count)
			error_set(line, 0, "no process is called %s", shown);
		break;
	case TARGET_WORD:
		explain_word(inquiry, wish, shown, outcome, line);
		break;
	case TARGET_PATH:
		explain_path(wish, shown, outcome, line);
		break;
	case TARGET_PORT:
		if (wish->closed)
			explain_port(wish->target, line);
		break;
	case TARGET_PROCESS:
		break;
	}
	free(shown);
}

void unmatched_explain(const struct inquiry *inquiry, const struct scope *scope,
		       struct outcome *outcome)
{
	for (size_t i = 0; i < scope->count; i++) {
		const struct wish *wish = &scope->wishes[i];
		struct error line = { "" };

		if (wish->matched || wish->absent)
			continue;
		if (wish->pid_count == 1 && names_is_denied(inquiry->source, wish->pids[0])) {
			outcome->denied_target = true;
			continue;
		}
		explain(inquiry, wish, outcome, &line);
		if (*line.message)
			error_add(&outcome->complaints, "%s%s",
				  *outcome->complaints.message ? "\n" : "", line.message);
	}
}
