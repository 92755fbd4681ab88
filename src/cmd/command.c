/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The table of commands, and what all of them say in the same way.
 */
#include "cmd/command.h"

#include <errno.h>
#include <string.h>

#include "show/encode.h"

const struct command *const commands[] = {
	&command_deleted, &command_recover,  &command_hold,       &command_reclaim,
	&command_what,    &command_ps,       &command_files,      &command_who,
	&command_where,   &command_progress, &command_watch,      &command_tap,
	&command_sql,     &command_help,     &command_completion, NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

/** A message may quote what somebody typed or another program chose: only its newlines are ours. */
void command_complain(const char *message)
{
	struct style style = style_of(stderr);
	struct text rest = text_of(message), line;

	while (text_next(&rest, '\n', &line)) {
		bool indented = text_starts(line, " ");

		if (!indented)
			fprintf(stderr, "%sprocowl:%s ", style_red(style), style_off(style));
		encode_sentence(stderr, line);
		putc('\n', stderr);
	}
}

const struct handle *command_handle(const struct invocation *invocation)
{
	bool is = invocation->target_count && invocation->targets[0].kind == TARGET_HANDLE;

	return is ? &invocation->targets[0].handle : NULL;
}

bool command_link(const struct invocation *invocation, char ret[OPEN_FILE_PATH_MAX])
{
	const struct handle *handle = command_handle(invocation);

	if (!handle || handle->use == USE_MAP || handle->use == USE_RING || handle->use == USE_LOOP)
		return false;
	open_file_path(ret, &(struct open_file){ .handle = *handle });
	return true;
}

void command_recipe(FILE *out, const char *by_hand, const char *why, const char *adds)
{
	struct style style = style_of(out);

	fprintf(out, "%sby hand%s        %s\n", style_dim(style), style_off(style), by_hand);
	fprintf(out, "%swhy it works%s   %s\n", style_dim(style), style_off(style), why);
	fprintf(out, "%sprocowl adds%s   %s\n", style_dim(style), style_off(style), adds);
}

int command_unknown(const char *name, struct error *err)
{
	const char *nearest = NULL;
	unsigned int least = 3;

	for (size_t i = 0; commands[i]; i++) {
		unsigned int distance = text_distance(text_of(name), text_of(commands[i]->name), 3);

		if (!commands[i]->hidden && distance < least) {
			least = distance;
			nearest = commands[i]->name;
		}
	}
	if (nearest)
		return error_set(err, -EINVAL, "there is no command '%s'; did you mean '%s'?", name,
				 nearest);
	return error_set(err, -EINVAL, "there is no command '%s'; procowl help shows them", name);
}
