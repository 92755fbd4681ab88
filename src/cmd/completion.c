/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl completion bash|zsh|fish: the completions, from the command table. The build calls it; it is
 * not shown to people.
 */
#include <ctype.h>
#include <string.h>

#include "cmd/options.h"

struct printing {
	FILE *out;
	const struct command *command;
};

static void bash_option(const struct argp_option *option, void *context)
{
	struct printing *printing = context;

	fprintf(printing->out, " --%s", option->name);
	if (option->key < 0x80 && isprint(option->key))
		fprintf(printing->out, " -%c", option->key);
}

static void list_columns(FILE *out, const struct table *table)
{
	for (size_t i = 0; table && i < table->count; i++)
		fprintf(out, "%s%s", i ? " " : "", table->columns[i].name);
}

static void bash(FILE *out)
{
	fputs("# bash completion for procowl; made from its command table\n"
	      "_procowl() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= columns=\n"
	      "\tif ((COMP_CWORD == 1)); then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W '",
	      out);
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->hidden)
			fprintf(out, "%s ", commands[i]->name);
	}
	fputs("--help --version' -- \"$cur\")\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; commands[i]; i++) {
		struct printing printing = { out, commands[i] };

		if (commands[i]->hidden)
			continue;
		fprintf(out, "\t%s)\n\t\twords='", commands[i]->name);
		options_each(commands[i], bash_option, &printing);
		fputs("'\n\t\tcolumns='", out);
		list_columns(out, commands[i]->table);
		fputs("' ;;\n", out);
	}
	fputs("\tesac\n"
	      "\tcase $prev in\n"
	      "\t-s|--sort|--columns) mapfile -t COMPREPLY < <(compgen -W \"$columns\" -- \"$cur\"); return ;;\n"
	      "\t-o)\n"
	      "\t\tif [[ ${COMP_WORDS[1]} != recover ]]; then\n"
	      "\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$columns\" -- \"$cur\")\n"
	      "\t\t\treturn\n"
	      "\t\tfi ;;\n"
	      "\tesac\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "\telse\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "\tfi\n"
	      "}\n"
	      "complete -o filenames -F _procowl procowl\n",
	      out);
}

/** Text inside single quotes of zsh or fish, without what would end them. */
static void quoted(FILE *out, const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr(also, *text))
			fprintf(out, "\\%c", *text);
		else
			putc(*text, out);
	}
}

static void zsh_option(const struct argp_option *option, void *context)
{
	struct printing *printing = context;

	fprintf(printing->out, "\t\t\t'--%s%s[", option->name, option->arg ? "=" : "");
	quoted(printing->out, option->doc, "[]:");
	fprintf(printing->out, "]%s%s%s' \\\n", option->arg ? ":" : "",
		option->arg ? option->arg : "",
		option->arg && (option->key == 'd' || option->key == OPTION_PROC) ? ":_files -/" :
		option->arg						       ? ":" :
										 "");
}

static void zsh(FILE *out)
{
	fputs("#compdef procowl\n# zsh completion for procowl; made from its command table\n"
	      "_procowl() {\n"
	      "\tlocal -a names=(\n",
	      out);
	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->hidden)
			continue;
		fprintf(out, "\t\t'%s:", commands[i]->name);
		quoted(out, commands[i]->asks, ":");
		fputs("'\n", out);
	}
	fputs("\t)\n"
	      "\tif ((CURRENT == 2)); then\n\t\t_describe command names\n\t\treturn\n\tfi\n"
	      "\tlocal name=$words[2]\n\tshift words\n\t((CURRENT--))\n\tcase $name in\n",
	      out);
	for (size_t i = 0; commands[i]; i++) {
		struct printing printing = { out, commands[i] };

		if (commands[i]->hidden)
			continue;
		fprintf(out, "\t%s)\n\t\t_arguments \\\n", commands[i]->name);
		options_each(commands[i], zsh_option, &printing);
		fputs("\t\t\t'*:target:_files' ;;\n", out);
	}
	fputs("\tesac\n}\n_procowl \"$@\"\n", out);
}

static void fish_option(const struct argp_option *option, void *context)
{
	struct printing *printing = context;

	fprintf(printing->out, "complete -c procowl -n '__fish_seen_subcommand_from %s' -l %s",
		printing->command->name, option->name);
	if (option->key < 0x80 && isprint(option->key))
		fprintf(printing->out, " -s %c", option->key);
	fprintf(printing->out, "%s -d '", option->arg ? " -r" : "");
	quoted(printing->out, option->doc, "");
	fputs("'\n", printing->out);
}

static void fish(FILE *out)
{
	fputs("# fish completion for procowl; made from its command table\n", out);
	for (size_t i = 0; commands[i]; i++) {
		struct printing printing = { out, commands[i] };

		if (commands[i]->hidden)
			continue;
		fprintf(out, "complete -c procowl -n __fish_use_subcommand -f -a %s -d '",
			commands[i]->name);
		quoted(out, commands[i]->asks, "");
		fputs("'\n", out);
		options_each(commands[i], fish_option, &printing);
	}
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
