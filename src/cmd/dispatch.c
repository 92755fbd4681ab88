/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Finds the command that was typed, gives it what follows, and turns what comes back into an exit
 * status.
 */
#include "cmd/dispatch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/help.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "config.h"
#include "show/encode.h"

/** The words as somebody could type them again. */
static char *quoted(char *const *words, int count)
{
	char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (!out)
		memory_out();
	for (int i = 0; i < count; i++) {
		if (i)
			putc(' ', out);
		encode_shell_exact(out, text_of(words[i]));
	}
	if (fclose(out))
		memory_out();
	return line;
}

/** What every command understands before it runs. -1: run it. */
static int run_aside(const struct invocation *invocation)
{
	const struct command *command = invocation->command;

	if (invocation->help) {
		help_command(command, stdout);
		return STATUS_ANSWERED;
	}
	if (invocation->list_columns) {
		listing_columns(command->table, stdout);
		return STATUS_ANSWERED;
	}
	if (invocation->how) {
		command->how(invocation, stdout);
		return STATUS_ANSWERED;
	}
	return -1;
}

static int run(const struct command *command, int argc, char **argv, const char *program,
	       const char *line)
{
	struct invocation invocation = { .command = command, .program = program, .line = line };
	struct error err = { "" };
	int status = STATUS_USAGE;

	if (options_parse(&invocation, argc, argv, &err) == 0) {
		status = run_aside(&invocation);
		if (status < 0)
			status = command->run(&invocation, &err);
	}
	if (*err.message)
		command_complain(err.message);
	free(invocation.targets);
	return status;
}

static int flushed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	command_complain("cannot write the answer");
	return status == STATUS_ANSWERED ? STATUS_USAGE : status;
}

/**
 * A standard stream that is closed must not become a file of ours. Nothing comes from it, what is
 * written to standard output fails, and messages are lost.
 */
static void open_standard_streams(void)
{
	static const int flags[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			_exit(STATUS_USAGE);
	}
}

int dispatch_main(int argc, char **argv)
{
	open_standard_streams();
	if (argc < 2)
		return flushed(help_overview(argc ? argv[0] : "procowl"));
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("procowl " PROCOWL_VERSION);
		return flushed(STATUS_ANSWERED);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		argv[1] = (char *)"help";
	if (argv[1][0] == '-') {
		struct error err;

		error_set(&err, 0, "there is no option '%s' before a command; procowl help",
			  argv[1]);
		command_complain(err.message);
		return STATUS_USAGE;
	}
	const struct command *command = command_find(argv[1]);
	if (!command) {
		struct error err;

		command_unknown(argv[1], &err);
		command_complain(err.message);
		return STATUS_USAGE;
	}
	char *program = quoted(argv, 1), *line = quoted(argv, argc);
	int status = run(command, argc - 1, argv + 1, program, line);
	free(program);
	free(line);
	return flushed(status);
}
