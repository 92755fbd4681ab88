/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl completion bash|zsh|fish: the completions, from the command table. The build calls it; it is
 * not shown to people.
 *
 * What is the same for every command stands below as text of each shell; what is a command's own is
 * printed from its options, its usage and its columns.
 */
#include <ctype.h>
#include <string.h>

#include "cmd/options.h"

/**
 * With what the value of an option, or what a command works on, is completed: by the name that
 * `struct argp_option` and `usage` give it.
 */
struct completed {
	const char *arg;
	const char *bash; /**< a case of _procowl */
	const char *zsh;  /**< an action of _arguments */
	const char *fish; /**< options of complete */
};

/** What --source may be, and what it may be for a command that tells what happens. */
#define SOURCES "procfs bpf"
#define LIVE_SOURCES "bpf fanotify procfs"

/* clang-format off */
static const struct completed completed[] = {
	{ "TARGET",  "files",       "_files",            "-F" },
	{ "FILE",    "files",       "_files",            "-F" },
	{ "DIR",     "directories", "_files -/",         "-f -a '(__fish_complete_directories (__procowl_value))'" },
	{ "COMMAND", "commands",    "_procowl_commands", "-f -a '(__procowl_commands)'" },
	{ "COLUMN",  "column",      "_procowl_column",   "-f -a '(__procowl_column)'" },
	{ "LIST",    "columns",     "_procowl_list",     "-f -a '(__procowl_list)'" },
	{ "NAME",    "sources",     "(" SOURCES ")",     "-f -a '" SOURCES "'" },
	{ "SOURCE",  "live",        "(" LIVE_SOURCES ")", "-f -a '" LIVE_SOURCES "'" },
};
/* clang-format on */

static const struct completed nothing = { "", "nothing", " ", "-f" };

static const struct completed *completed_by(struct text arg)
{
	for (size_t i = 0; i < sizeof(completed) / sizeof(completed[0]); i++) {
		if (text_is(arg, completed[i].arg))
			return &completed[i];
	}
	return &nothing;
}

/** What a command works on: the first word in capitals of its usage; several with a "…" behind. */
struct operand {
	struct text arg; /**< empty: it takes none */
	bool many;
};

static struct operand operand_of(const struct command *command)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *word = strpbrk(command->usage, capitals);

	if (!word)
		return (struct operand){ 0 };
	struct text arg = text_first(text_of(word), strspn(word, capitals));
	return (struct operand){ arg, text_starts(text_of(word + arg.len), "…") };
}

static bool has_letter(const struct argp_option *option)
{
	return option->key < 0x80 && isprint(option->key);
}

/** Text within single quotes; what is in `special` gets a backslash. */
static void quoted(FILE *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr(special, *text))
			fprintf(out, "\\%c", *text);
		else
			putc(*text, out);
	}
}

/** A loop over options: where to print, whose they are, and what goes between two of them. */
struct printing {
	FILE *out;
	const struct command *command;
	const char *between;
};

static void each_option(FILE *out, const struct command *command,
			void (*each)(const struct argp_option *option, void *context))
{
	struct printing printing = { out, command, "" };

	options_each(command, each, &printing);
}

static void each_command(FILE *out, void (*each)(FILE *out, const struct command *command))
{
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->hidden)
			each(out, commands[i]);
	}
}

/* bash */

static const char bash_begin[] =
	"# bash completion for procowl; made from its command table\n"
	"# shellcheck shell=bash\n"
	"\n"
	"# The options of the command, the kinds of their values, its columns, what it works on.\n"
	"_procowl_command() {\n"
	"\tcase ${COMP_WORDS[1]} in\n";

static const char bash_between[] =
	"\tesac\n"
	"}\n"
	"\n"
	"# What the word under the cursor is: a value of the option before it, an option, or a target.\n"
	"_procowl_kind() {\n"
	"\tlocal word wants=''\n"
	"\tkind=options options='' targets=''\n"
	"\t_procowl_command\n"
	"\tfor word in \"${COMP_WORDS[@]:2:COMP_CWORD-2}\"; do\n"
	"\t\tif [[ $wants && $word == '=' ]]; then\n"
	"\t\t\tcontinue\n"
	"\t\telif [[ $word == -- && ! $wants ]]; then\n"
	"\t\t\tkind=targets values=()\n"
	"\t\telif [[ $word == -* && ! $wants ]]; then\n"
	"\t\t\twants=${values[$word]-}\n"
	"\t\telse\n"
	"\t\t\twants=''\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ $wants ]]; then\n"
	"\t\tkind=$wants cur=${cur#=}\n"
	"\telif [[ $kind == options && $cur == --*=* ]]; then\n"
	"\t\tkind=${values[${cur%%=*}]-} head=${cur%%=*}= cur=${cur#*=}\n"
	"\telif [[ $kind == targets || $cur != -* ]]; then\n"
	"\t\tkind=$targets\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# A list of columns: what stands before the last one stays, and is not offered again.\n"
	"_procowl_list() {\n"
	"\tlocal column before=${cur%\"${cur##*[,+]}\"}\n"
	"\thead+=$before cur=${cur#\"$before\"} words=\n"
	"\tfor column in $columns all; do\n"
	"\t\t[[ ,${before#+} == *\",$column,\"* ]] || words+=\" $column\"\n"
	"\tdone\n"
	"\tcompopt -o nospace\n"
	"}\n"
	"\n"
	"_procowl() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} head='' kind=commands options='--help --version'\n"
	"\tlocal targets='' columns='' words=''\n"
	"\tlocal -A values=()\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tif ((COMP_CWORD > 1)); then\n"
	"\t\t_procowl_kind\n"
	"\telif [[ $cur == -* ]]; then\n"
	"\t\tkind=options\n"
	"\tfi\n"
	"\tcase $kind in\n"
	"\toptions) words=$options ;;\n"
	"\tcommands) words='";

static const char bash_end[] =
	"' ;;\n"
	"\tsources) words='" SOURCES "' ;;\n"
	"\tlive) words='" LIVE_SOURCES "' ;;\n"
	"\tfiles) compopt -o default ;;\n"
	"\tdirectories) compopt -o dirnames ;;\n"
	"\tcolumns) _procowl_list ;;\n"
	"\tcolumn)\n"
	"\t\twords=$columns\n"
	"\t\t[[ $cur != -* ]] || head+=- cur=${cur#-} ;;\n"
	"\tesac\n"
	"\tmapfile -t COMPREPLY < <(compgen -P \"$head\" -W \"$words\" -- \"$cur\")\n"
	"}\n"
	"complete -F _procowl procowl\n";

static void bash_option(const struct argp_option *option, void *context)
{
	struct printing *printing = context;

	fprintf(printing->out, "%s--%s", printing->between, option->name);
	if (has_letter(option))
		fprintf(printing->out, " -%c", option->key);
	printing->between = " ";
}

static void bash_value(const struct argp_option *option, void *context)
{
	struct printing *printing = context;

	if (!option->arg)
		return;
	const char *kind = completed_by(text_of(option->arg))->bash;
	fprintf(printing->out, "%s[--%s]=%s", printing->between, option->name, kind);
	if (has_letter(option))
		fprintf(printing->out, " [-%c]=%s", option->key, kind);
	printing->between = " ";
}

static void bash_command(FILE *out, const struct command *command)
{
	const struct table *table = command->table;
	struct operand operand = operand_of(command);

	fprintf(out, "\t%s)\n\t\toptions='", command->name);
	each_option(out, command, bash_option);
	fputs("'\n\t\tvalues=(", out);
	each_option(out, command, bash_value);
	fputs(")\n\t\tcolumns='", out);
	for (size_t i = 0; table && i < table->count; i++)
		fprintf(out, "%s%s", i ? " " : "", table->columns[i].name);
	fprintf(out, "'\n\t\t%stargets=%s ;;\n", operand.many ? "" : "((COMP_CWORD > 2)) || ",
		completed_by(operand.arg)->bash);
}

static void bash_name(FILE *out, const struct command *command)
{
	fprintf(out, "%s%s", command == commands[0] ? "" : " ", command->name);
}

static void bash(FILE *out)
{
	fputs(bash_begin, out);
	each_command(out, bash_command);
	fputs(bash_between, out);
	each_command(out, bash_name);
	fputs(bash_end, out);
}

/* zsh */

static const char zsh_begin[] = "#compdef procowl\n"
				"# zsh completion for procowl; made from its command table\n"
				"\n"
				"_procowl_commands() {\n"
				"\tlocal -a names=(\n";

static const char zsh_between[] =
	"\t)\n"
	"\t_describe -t commands command names\n"
	"}\n"
	"\n"
	"_procowl_column() {\n"
	"\tcompset -P '-'\n"
	"\t_values column $columns\n"
	"}\n"
	"\n"
	"_procowl_list() {\n"
	"\tcompset -P '+'\n"
	"\t_values -s , column $columns 'all[every one]'\n"
	"}\n"
	"\n"
	"_procowl() {\n"
	"\tlocal -a columns\n"
	"\tif ((CURRENT == 2)); then\n"
	"\t\t_arguments '--help[show what there is]' '--version[show which version this is]' \\\n"
	"\t\t\t'1:COMMAND:_procowl_commands'\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tshift words\n"
	"\t((CURRENT--))\n"
	"\tcase $words[1] in\n";

static const char zsh_end[] = "\tesac\n}\n\n_procowl \"$@\"\n";

static void zsh_option(const struct argp_option *option, void *context)
{
	struct printing *printing = context;
	FILE *out = printing->out;

	fputs("\t\t\t", out);
	if (has_letter(option))
		fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", option->key, option->name, option->key,
			option->arg ? "+" : "", option->name, option->arg ? "=" : "");
	else
		fprintf(out, "'--%s%s[", option->name, option->arg ? "=" : "");
	quoted(out, option->doc, "[]\\");
	putc(']', out);
	if (option->arg)
		fprintf(out, ":%s:%s", option->arg, completed_by(text_of(option->arg))->zsh);
	fputs("' \\\n", out);
}

static void zsh_columns(FILE *out, const struct table *table)
{
	fputs("\t\tcolumns=(\n", out);
	for (size_t i = 0; i < table->count; i++) {
		fprintf(out, "\t\t\t'%s[", table->columns[i].name);
		quoted(out, table->columns[i].help, "[]\\");
		fputs("]'\n", out);
	}
	fputs("\t\t)\n", out);
}

static void zsh_command(FILE *out, const struct command *command)
{
	struct operand operand = operand_of(command);

	fprintf(out, "\t%s)\n", command->name);
	if (command->table)
		zsh_columns(out, command->table);
	fputs("\t\t_arguments -s -S \\\n", out);
	each_option(out, command, zsh_option);
	fprintf(out, "\t\t\t'%s:%.*s:%s' ;;\n", operand.many ? "*" : "1", (int)operand.arg.len,
		operand.arg.bytes, completed_by(operand.arg)->zsh);
}

static void zsh_name(FILE *out, const struct command *command)
{
	fprintf(out, "\t\t'%s:", command->name);
	quoted(out, command->asks, ":\\");
	fputs("'\n", out);
}

static void zsh(FILE *out)
{
	fputs(zsh_begin, out);
	each_command(out, zsh_name);
	fputs(zsh_between, out);
	each_command(out, zsh_command);
	fputs(zsh_end, out);
}

/* fish */

static const char fish_begin[] =
	"# fish completion for procowl; made from its command table\n"
	"\n"
	"# Is this the command? The empty one: it is still to come.\n"
	"function __procowl_is\n"
	"    set -l words (commandline -opc)\n"
	"    test \"$words[2]\" = \"$argv[1]\"\n"
	"end\n"
	"\n"
	"# Is the word under the cursor the first behind the command?\n"
	"function __procowl_first\n"
	"    test (count (commandline -opc)) -eq 2\n"
	"end\n"
	"\n"
	"# The value under the cursor, also behind --name=\n"
	"function __procowl_value\n"
	"    commandline -ct | string replace -r '^--[^=]*=' ''\n"
	"end\n"
	"\n"
	"function __procowl_column\n"
	"    set -l head (__procowl_value | string match -r '^-?')\n"
	"    printf '%s\\n' \"$head\"(__procowl_columns)\n"
	"end\n"
	"\n"
	"function __procowl_list\n"
	"    set -l head (__procowl_value | string match -r '^(?:.*[,+])?')\n"
	"    printf '%s\\n' \"$head\"(__procowl_columns) \"$head\"all\\t'every one'\n"
	"end\n"
	"\n"
	"function __procowl_commands\n"
	"    printf '%s\\t%s\\n'";

static const char fish_between[] = "\n"
				   "end\n"
				   "\n"
				   "function __procowl_columns\n"
				   "    set -l words (commandline -opc)\n"
				   "    switch \"$words[2]\"\n";

static const char fish_end[] =
	"    end\n"
	"end\n"
	"\n"
	"complete -c procowl -f\n"
	"complete -c procowl -n '__procowl_is \"\"' -f -a '(__procowl_commands)'\n"
	"complete -c procowl -n '__procowl_is \"\"' -l help -d 'show what there is'\n"
	"complete -c procowl -n '__procowl_is \"\"' -l version -d 'show which version this is'\n";

/** One of the pairs that a printf of fish prints. */
static void fish_pair(FILE *out, const char *indent, const char *name, const char *text)
{
	fprintf(out, " \\\n%s%s '", indent, name);
	quoted(out, text, "\\");
	putc('\'', out);
}

static void fish_name(FILE *out, const struct command *command)
{
	fish_pair(out, "        ", command->name, command->asks);
}

static void fish_columns(FILE *out, const struct command *command)
{
	const struct table *table = command->table;

	if (!table)
		return;
	fprintf(out, "        case %s\n            printf '%%s\\t%%s\\n'", command->name);
	for (size_t i = 0; i < table->count; i++)
		fish_pair(out, "                ", table->columns[i].name, table->columns[i].help);
	putc('\n', out);
}

static void fish_option(const struct argp_option *option, void *context)
{
	struct printing *printing = context;
	FILE *out = printing->out;

	fprintf(out, "complete -c procowl -n '__procowl_is %s' -l %s", printing->command->name,
		option->name);
	if (has_letter(option))
		fprintf(out, " -s %c", option->key);
	if (option->arg)
		fprintf(out, " -r %s", completed_by(text_of(option->arg))->fish);
	fputs(" -d '", out);
	quoted(out, option->doc, "\\");
	fputs("'\n", out);
}

static void fish_command(FILE *out, const struct command *command)
{
	struct operand operand = operand_of(command);

	fprintf(out, "\ncomplete -c procowl -n '__procowl_is %s%s' %s\n", command->name,
		operand.many ? "" : "; and __procowl_first", completed_by(operand.arg)->fish);
	each_option(out, command, fish_option);
}

static void fish(FILE *out)
{
	fputs(fish_begin, out);
	each_command(out, fish_name);
	fputs(fish_between, out);
	each_command(out, fish_columns);
	fputs(fish_end, out);
	each_command(out, fish_command);
}

static enum status run(struct invocation *invocation, struct error *err)
{
	static const struct {
		const char *shell;
		void (*print)(FILE *out);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; invocation->target_count == 1 && i < sizeof(shells) / sizeof(shells[0]);
	     i++) {
		if (text_is(invocation->targets[0].text, shells[i].shell)) {
			shells[i].print(stdout);
			return STATUS_ANSWERED;
		}
	}
	error_set(err, 0, "completion takes one of: bash zsh fish");
	return STATUS_USAGE;
}

static const struct argp_option options[] = {
	{ "help", OPTION_HELP, NULL, 0, "show this", 0 },
	{ 0 },
};

const struct command command_completion = {
	.name = "completion",
	.asks = "the completions for a shell",
	.usage = "bash|zsh|fish",
	.options = options,
	.run = run,
	.hidden = true,
};
