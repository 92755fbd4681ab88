/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl, procowl help, procowl COMMAND --help.
 */
#include "cmd/help.h"

#include <inttypes.h>
#include <string.h>

#include "ask/deleted.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "show/encode.h"
#include "show/units.h"

/** A usage line; the ellipsis only where the terminal has one. */
static void print_usage(FILE *out, struct style style, const char *usage)
{
	static const char ellipsis[] = "…";
	const char *at;

	while (!style.utf8 && (at = strstr(usage, ellipsis))) {
		fwrite(usage, 1, (size_t)(at - usage), out);
		fputs("...", out);
		usage = at + sizeof(ellipsis) - 1;
	}
	fputs(usage, out);
}

static void list_commands(FILE *out, struct style style)
{
	const char *group = "";

	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];

		if (command->hidden || !command->group)
			continue;
		bool first = strcmp(command->group, group) != 0;
		group = command->group;
		fprintf(out, "%s  %s%-14s%s  %s%-9s%s  %s\n", first && i ? "\n" : "",
			style_dim(style), first ? group : "", style_off(style), style_bold(style),
			command->name, style_off(style), command->asks);
	}
}

/** One quick look, so that somebody in need sees at once that there is hope. */
static void tell_now(FILE *out, const char *called)
{
	struct source source;
	struct outcome outcome = { 0 };
	struct error err = { "" };
	struct deleted_files files;
	uint64_t held = 0;
	char size[UNITS_MAX];

	if (source_procfs(NULL, &source, &err))
		return;
	struct inquiry inquiry = { .source = &source, .program = called };
	int rc = deleted_find(&inquiry, 0, &outcome, &files, &err);
	for (size_t i = 0; i < files.count && !rc; i++) {
		if (deleted_holds_space(&files.files[i]))
			held += files.files[i].inode.disk;
	}
	if (!rc && files.count) {
		fprintf(out, "\n%zu deleted file%s still open here and hold%s %s: ", files.count,
			files.count == 1 ? " is" : "s are", files.count == 1 ? "s" : "",
			units_size(size, held));
		if (!encode_shell_word(out, text_of(called)))
			fputs("procowl", out);
		fputs(" deleted\n", out);
	}
	deleted_end(&files);
	source_close(&source);
}

int help_overview(const char *called)
{
	struct style style = style_of(stdout);

	printf("%s(o,o)%s  procowl sees what running processes do with files, and gets deleted files "
	       "back.\n\n",
	       style_bold(style), style_off(style));
	list_commands(stdout, style);
	puts("\n"
	     "Name what you mean: 4076 (process)  @nginx  4076:7 (its descriptor 7)  /var/log  "
	     ":8080\n"
	     "More: procowl help recover, man procowl");
	tell_now(stdout, called);
	return STATUS_ANSWERED;
}

void help_command(const struct command *command, FILE *out)
{
	struct style style = style_of(out);

	fprintf(out, "procowl %s: %s\n\n", command->name, command->asks);
	fprintf(out, "%susage%s  procowl %s ", style_dim(style), style_off(style), command->name);
	print_usage(out, style, command->usage);
	fputs("\n\n", out);
	if (command->details)
		fprintf(out, "%s\n", command->details);
	options_print(command, out);
	if (!command->table)
		return;
	fputs("\nColumns (* is usual):\n", out);
	listing_columns(command->table, out);
}

static enum status run(struct invocation *invocation, struct error *err)
{
	char name[64];

	if (!invocation->target_count) {
		struct style style = style_of(stdout);

		print_usage(stdout, style, "usage  procowl COMMAND [OPTION…] [TARGET…]\n\n");
		list_commands(stdout, style);
		puts("\nprocowl help COMMAND, procowl COMMAND --how, procowl --version");
		return STATUS_ANSWERED;
	}
	if (invocation->target_count > 1) {
		error_set(err, 0, "help takes one command: procowl help recover");
		return STATUS_USAGE;
	}
	struct text word = invocation->targets[0].text;
	snprintf(name, sizeof(name), "%.*s", (int)word.len, word.bytes);
	const struct command *command = command_find(name);
	if (!command) {
		command_unknown(name, err);
		return STATUS_USAGE;
	}
	help_command(command, stdout);
	return STATUS_ANSWERED;
}

static const struct argp_option options[] = {
	{ "help", OPTION_HELP, NULL, 0, "show this", 0 },
	{ 0 },
};

const struct command command_help = {
	.name = "help",
	.asks = "how is it used?",
	.usage = "[COMMAND]",
	.options = options,
	.run = run,
};
