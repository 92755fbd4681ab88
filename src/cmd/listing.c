/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/listing.h"

#include <errno.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "show/units.h"
#include "sql/filter.h"

int listing_source(const struct invocation *invocation, struct source *ret, struct error *err)
{
	int rc = source_procfs(invocation->proc, ret, err);

	if (rc || (invocation->source && strcmp(invocation->source, "procfs") == 0))
		return rc;
	rc = source_bpf(ret, invocation->source != NULL, err);
	if (rc)
		source_close(ret);
	return rc;
}

static const char *why_denied(void)
{
	return geteuid() == 0 ? "not permitted" : "not yours";
}

static void warn_denied(const struct invocation *invocation, const struct tally *tally, bool rows)
{
	unsigned int all = tally->looked + tally->denied;

	if (rows || geteuid() == 0)
		fprintf(stderr, "procowl: %s%u of %u processes could not be read (%s)%s\n",
			rows ? "" : "nothing found, but ", tally->denied, all, why_denied(),
			geteuid() == 0 ? "" : "; run as root");
	else
		fprintf(stderr,
			"procowl: nothing found, but %u of %u processes could not be read (%s)\n"
			"  sudo %s\n",
			tally->denied, all, why_denied(), invocation->line);
}

static void warn_blocked(const struct tally *tally)
{
	if (!tally->blocked_pid)
		fprintf(stderr, "procowl: %u process%s did not answer and %s passed over\n",
			tally->blocked, tally->blocked == 1 ? "" : "es",
			tally->blocked == 1 ? "was" : "were");
	else if (tally->blocked == 1)
		fprintf(stderr,
			"procowl: process %u did not answer and was passed over; see\n"
			"  procowl what %u\n",
			tally->blocked_pid, tally->blocked_pid);
	else
		fprintf(stderr,
			"procowl: %u processes did not answer and were passed over; see one of them\n"
			"  procowl what %u\n",
			tally->blocked, tally->blocked_pid);
}

static void warn_in_flight(const struct tally *tally)
{
	char handle[HANDLE_MAX], more[32] = "";

	if (tally->sockets > 1)
		snprintf(more, sizeof(more), " and %u more", tally->sockets - 1);
	fprintf(stderr,
		"procowl: %u descriptor%s in flight over %s (%s%s): of which file cannot be seen\n",
		tally->in_flight, tally->in_flight == 1 ? " is" : "s are",
		tally->sockets > 1 ? "unix sockets" : "a unix socket",
		handle_format(handle, &tally->in_flight_at), more);
}

void listing_warn(const struct invocation *invocation, const struct outcome *outcome, bool rows)
{
	const struct tally *tally = &outcome->tally;
	char handle[HANDLE_MAX];

	if (*outcome->complaints.message)
		command_complain(outcome->complaints.message);
	if (tally->denied)
		warn_denied(invocation, tally, rows);
	if (tally->guarded)
		fprintf(stderr,
			"procowl: %u of %u processes could not be looked into, not even by root\n",
			tally->guarded, tally->looked + tally->denied + tally->guarded);
	if (tally->blocked)
		warn_blocked(tally);
	if (tally->in_flight)
		warn_in_flight(tally);
	if (tally->busy_rings)
		fprintf(stderr,
			"procowl: %u io_uring%s too busy to tell what files %s registered (%s)\n",
			tally->busy_rings, tally->busy_rings == 1 ? " is" : "s are",
			tally->busy_rings == 1 ? "it has" : "they have",
			handle_format(handle, &tally->busy_ring_at));
	if (outcome->namespaces_unread)
		fprintf(stderr,
			"procowl: the sockets of %u other network namespace%s could not be "
			"read%s\n",
			outcome->namespaces_unread, units_plural(outcome->namespaces_unread),
			geteuid() == 0 ? "" : "; run as root");
	if (tally->hidden)
		fprintf(stderr, "procowl: /proc hides other users' processes (mount option "
				"hidepid); run as root\n");
}

enum status listing_status(const struct outcome *outcome)
{
	if (outcome->no_process)
		return STATUS_USAGE;
	if (outcome->denied_target || outcome->hidden_target || outcome->unsure)
		return STATUS_PARTLY_UNSEEN;
	if (outcome->rows)
		return STATUS_ANSWERED;
	return tally_is_complete(&outcome->tally) && !outcome->namespaces_unread ?
		       STATUS_NOTHING :
		       STATUS_PARTLY_UNSEEN;
}

static double ms(int64_t ns)
{
	return (double)ns / 1e6;
}

static void tell_walk(const char *of, int64_t ns)
{
	if (ns)
		fprintf(stderr, ", %s walked in %.1f ms", of, ms(ns));
}

void listing_verbose(const struct source *source, const struct outcome *outcome, int64_t begun_ns)
{
	const struct source_bpf *bpf = source->bpf;

	fprintf(stderr, "procowl: source %s; %u processes read; %.1f ms in all\n",
		bpf && bpf->looks ? "bpf" : source->name, outcome->tally.looked,
		ms(clock_ns(CLOCK_MONOTONIC) - begun_ns));
	if (bpf && bpf->looks) {
		fprintf(stderr, "procowl: bpf: %u look%s; programs loaded in %.1f ms", bpf->looks,
			units_plural(bpf->looks), ms(bpf->load_ns));
		tell_walk("descriptors", bpf->descriptors_ns);
		tell_walk("mappings", bpf->mappings_ns);
		tell_walk("processes", bpf->tasks_ns);
		putc('\n', stderr);
	}
	if (bpf && bpf->socket_walks)
		fprintf(stderr, "procowl: bpf: sockets told by the kernel's walk in %.1f ms\n",
			ms(bpf->sockets_ns));
	if (bpf && *bpf->sockets_why.message)
		fprintf(stderr, "procowl: bpf: sockets left to sock_diag: %s\n",
			bpf->sockets_why.message);
	if (bpf && *bpf->why.message)
		fprintf(stderr, "procowl: bpf: %s: %s\n",
			!bpf->failed ? "mappings left to procfs" :
			bpf->looks   ? "given up, and procfs went on" :
				       "not used",
			bpf->why.message);
	if (bpf && bpf->left)
		fprintf(stderr,
			"procowl: bpf: %u look%s left to procfs: at a few processes, or at "
			"one place of each\n",
			bpf->left, units_plural(bpf->left));
}

/** What --filter lets a listing know beforehand. True when that is which processes it is about. */
static bool push_down(const struct invocation *invocation, struct filter *filter,
		      struct inquiry *inquiry)
{
	inquiry->all |= push_names_quiet(text_of(invocation->filter));
	const struct push *push = inquiry->target_count ? NULL : filter_push(filter);
	if (!push)
		return false;
	inquiry->narrow = &push->narrow;
	inquiry->targets = push->targets;
	inquiry->target_count = push->target_count;
	return push->target_count;
}

/** Ask, and print. 0, or -errno and a message; `*written`: 0, or why the output was not taken. */
static int answer(const struct invocation *invocation, const struct question *question,
		  struct source *source, struct filter *filter, struct outcome *outcome,
		  int *written, struct error *err)
{
	struct sink_options output = invocation->output;
	bool compared = false;

	output.story = output.format == FORMAT_TEXT && isatty(STDOUT_FILENO);
	struct sink *sink = sink_begin(question->table, &invocation->selection, &output, stdout);
	struct inquiry inquiry = {
		.source = source,
		.targets = invocation->targets,
		.target_count = invocation->target_count,
		.all = invocation->all,
		.place = invocation->place,
		.words_are_processes = question->words_are_processes,
		.ports_are_sockets = question->ports_are_sockets,
		.loops_are_devices = question->loops_are_devices,
		.pids_only = invocation->pids_only,
		.ps = &invocation->ps,
		.program = invocation->program,
		.line = invocation->line,
		.sink = sink,
	};
	if (filter) {
		struct sink_filter asked = filter_of(filter);

		sink_filter(sink, &asked);
		compared = push_down(invocation, filter, &inquiry);
	}
	int rc = question->ask(&inquiry, outcome, err);
	if (filter) {
		outcome->rows = sink_count(sink);
		/* That no process has the number is no error: it was only compared with. */
		outcome->no_process &= !compared;
	}
	*written = sink_end(sink);
	return rc;
}

/** Compile --filter, if there is one. 0, or -EINVAL and a message; filter_end frees. */
static int begin_filter(const struct invocation *invocation, const struct question *question,
			struct filter **ret, struct error *err)
{
	*ret = NULL;
	if (!invocation->filter)
		return 0;
	return filter_begin(question, text_of(invocation->filter), ret, err);
}

enum status listing_run(const struct invocation *invocation, const struct question *question,
			struct error *err)
{
	struct source source;
	struct filter *filter;
	struct outcome outcome = { 0 };
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
	int written = 0;

	if (begin_filter(invocation, question, &filter, err))
		return STATUS_USAGE;
	if (listing_source(invocation, &source, err)) {
		filter_end(filter);
		return STATUS_USAGE;
	}
	int rc = answer(invocation, question, &source, filter, &outcome, &written, err);
	if (!rc && filter)
		rc = filter_error(filter, err);
	filter_end(filter);
	if (invocation->verbose)
		listing_verbose(&source, &outcome, begun_ns);
	source_close(&source);
	if (rc)
		return rc == -ETIMEDOUT ? STATUS_PARTLY_UNSEEN : STATUS_USAGE;
	listing_warn(invocation, &outcome, outcome.rows > 0);
	if (written) {
		/* Said once, with its reason: what is still in the buffer is lost anyway. */
		__fpurge(stdout);
		clearerr(stdout);
		error_set(err, written, "cannot write the answer: %s", strerror(-written));
		return STATUS_USAGE;
	}
	return listing_status(&outcome);
}

void listing_columns(const struct table *table, FILE *out)
{
	int width = 10;

	for (size_t i = 0; i < table->count; i++) {
		int len = (int)strlen(table->columns[i].name);

		width = len > width ? len : width;
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->columns[i];

		fprintf(out, "%-*s  %-7s  %c  %s\n", width, column->name,
			value_type_word(column->type), column->flags & COLUMN_DEFAULT ? '*' : ' ',
			column->help);
	}
}
