/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process does and uses: the call it waits in, processor, memory, disk.
 */
#include <errno.h>
#include <inttypes.h>

#include "ask/what.h"
#include "show/encode.h"
#include "show/units.h"

/** So few switches say nothing. */
enum { SWITCHES_MIN = 10 };

static void tell_idle(struct what *what, FILE *line)
{
	char idle[UNITS_MAX];

	bool runs = !what->insight.call_rc && what->insight.call.where == SYSCALL_RUNNING;

	if (!what->insight.idle_known || !what->tid || runs)
		return;
	fprintf(line, "; last ran %s ago", units_interval(idle, what->insight.idle_ns));
}

static void tell_call(struct what *what, const struct what_doing *doing)
{
	struct page *page = what->page;
	const struct insight *insight = &what->insight;
	/* A kernel thread is in none, whatever is told of it. */
	bool inside = !insight->call_rc && insight->call.where == SYSCALL_INSIDE &&
		      !what_is_kernel_thread(what) && !what_has_ended(what);

	page_word(page, "call", inside ? doing->call : NULL);
	if (inside)
		page_number(page, "call_number", insight->call.number);
	else
		page_null(page, "call_number");
	if (what->wchan.len)
		page_text(page, "wchan", what->wchan);
	else
		page_null(page, "wchan");
	if (doing->file)
		page_text(page, "handle", doing->file->handle);
	else
		page_null(page, "handle");
	if (inside && *insight->recall.path)
		page_text(page, "path", text_of(insight->recall.path));
	if (inside && !insight->recall.rc)
		page_texts(page, "polled", doing->polled);
	else
		page_null(page, "polled");
	if (doing->watches.len)
		page_text(page, "watches", doing->watches);
	if (insight->call_rc && !what_is_kernel_thread(what) && !what_has_ended(what))
		what_miss(what, "doing", insight->call_rc);
	if (insight->recall.rc && insight->recall.rc != -EAGAIN)
		what_miss(what, "what the call was given", insight->recall.rc);
}

/** Which of several threads this is about: the one that tells most. */
static void tell_thread(struct what *what, FILE *line)
{
	unsigned int tid = what->insight.tid;

	if (what->tid && what->threads.count > 1 && tid != what->wish->pid) {
		fprintf(line, " (thread %u", tid);
		if (what->tid != what->wish->pid)
			fputs(": its first one has ended", line);
		putc(')', line);
	}
	page_number(what->page, "thread", tid);
}

void what_tell_doing(struct what *what, const struct what_doing *doing)
{
	struct page *page = what->page;
	unsigned int tracer = pidstatus_tracer(&what->facts.status);
	FILE *line = page_line(page, "doing");

	page_section(page, "doing");
	encode_shown(line, doing->where);
	if (tracer && doing->blocker != tracer)
		fprintf(line, "; process %u traces it", tracer);
	tell_thread(what, line);
	tell_idle(what, line);
	page_text(page, "sentence", doing->phrase);
	tell_call(what, doing);
	if (doing->blocker)
		page_number(page, "waits_for", doing->blocker);
	else
		page_null(page, "waits_for");
	if (doing->blocking_tid)
		page_number(page, "waits_for_thread", doing->blocking_tid);
	else
		page_null(page, "waits_for_thread");
	if (tracer)
		page_number(page, "tracer", tracer);
	else
		page_null(page, "tracer");
	if (what->insight.idle_known)
		page_real(page, "idle_seconds", (double)what->insight.idle_ns / 1e9);
	else
		page_null(page, "idle_seconds");
}

/** "gives it up by itself 99 times of 100, so it mostly waits" */
static void tell_switches(const struct what *what, FILE *line)
{
	uint64_t gave = what->threads.voluntary, lost = what->threads.nonvoluntary;
	uint64_t all = gave + lost;

	if (!what->threads.switches_known || all < SWITCHES_MIN)
		return;
	unsigned int of_hundred =
		(unsigned int)(((double)gave * 100 + (double)all / 2) / (double)all);
	if (of_hundred >= 50)
		fprintf(line, "; gives it up by itself %u times of 100, so it %swaits", of_hundred,
			of_hundred >= 80 ? "mostly " : "often ");
	else
		fprintf(line, "; has it taken away %u times of 100, so it wants more of it",
			100 - of_hundred);
}

void what_tell_cpu(struct what *what)
{
	struct page *page = what->page;
	int64_t used_ns = (int64_t)(what->facts.stat.utime + what->facts.stat.stime) *
			  what->now.tick_ns;
	int64_t age_ns = what->now.now_ns - (int64_t)what->facts.stat.start * what->now.tick_ns;
	double percent = age_ns > 0 ? (double)used_ns * 100 / (double)age_ns : 0;
	FILE *line = page_line(page, "CPU");

	fprintf(line, "%.1f %% over its life", percent);
	if (!what_has_ended(what))
		tell_switches(what, line);
	page_section(page, "cpu");
	page_real(page, "percent", percent);
	page_real(page, "user_seconds",
		  (double)what->facts.stat.utime * (double)what->now.tick_ns / 1e9);
	page_real(page, "system_seconds",
		  (double)what->facts.stat.stime * (double)what->now.tick_ns / 1e9);
	if (what->threads.switches_known) {
		page_number(page, "voluntary_switches", what->threads.voluntary);
		page_number(page, "nonvoluntary_switches", what->threads.nonvoluntary);
	} else {
		page_null(page, "voluntary_switches");
		page_null(page, "nonvoluntary_switches");
	}
}

static const struct {
	enum pidstatus_line line;
	const char *key;
} memory_lines[] = {
	{ PIDSTATUS_VM_RSS, "rss" },          { PIDSTATUS_VM_HWM, "rss_peak" },
	{ PIDSTATUS_VM_SWAP, "swap" },        { PIDSTATUS_VM_SIZE, "vm_size" },
	{ PIDSTATUS_VM_PEAK, "vm_peak" },     { PIDSTATUS_VM_DATA, "vm_data" },
	{ PIDSTATUS_VM_EXE, "vm_exe" },       { PIDSTATUS_VM_LIB, "vm_lib" },
	{ PIDSTATUS_VM_STK, "vm_stack" },     { PIDSTATUS_VM_LCK, "vm_locked" },
	{ PIDSTATUS_RSS_ANON, "rss_anon" },   { PIDSTATUS_RSS_FILE, "rss_file" },
	{ PIDSTATUS_RSS_SHMEM, "rss_shmem" },
};

static const char *size_of(const struct what *what, char buffer[UNITS_MAX],
			   enum pidstatus_line wanted)
{
	uint64_t bytes;

	if (!what_number(what, wanted, &bytes))
		return "?";
	return page_size_word(what->page, buffer, bytes);
}

/** Whose turn it is when memory is out: proc_pid_oom_score_adj(5). */
static void tell_oom(struct what *what, FILE *line)
{
	int64_t adjustment = what->facts.oom_score_adj;

	if (!facts_have(&what->facts, PROCESS_OOM_ADJ) || !adjustment)
		return;
	if (adjustment == -1000)
		fputs("; never ended to free memory", line);
	else
		fprintf(line, "; ended %s than others to free memory (oom_score_adj %" PRId64 ")",
			adjustment > 0 ? "sooner" : "later", adjustment);
}

static void tell_oom_facts(struct what *what)
{
	if (facts_have(&what->facts, PROCESS_OOM_SCORE))
		page_signed(what->page, "oom_score", what->facts.oom_score);
	else
		page_null(what->page, "oom_score");
	if (facts_have(&what->facts, PROCESS_OOM_ADJ))
		page_signed(what->page, "oom_score_adj", what->facts.oom_score_adj);
	else
		page_null(what->page, "oom_score_adj");
}

void what_tell_memory(struct what *what)
{
	char rss[UNITS_MAX], swap[UNITS_MAX], size[UNITS_MAX], peak[UNITS_MAX], data[UNITS_MAX],
		program[UNITS_MAX], locked[UNITS_MAX];
	uint64_t bytes;

	page_section(what->page, "memory");
	for (size_t i = 0; i < sizeof(memory_lines) / sizeof(memory_lines[0]); i++) {
		if (what_number(what, memory_lines[i].line, &bytes))
			page_number(what->page, memory_lines[i].key, bytes);
		else
			page_null(what->page, memory_lines[i].key);
	}
	tell_oom_facts(what);
	if (!what_number(what, PIDSTATUS_VM_SIZE, &bytes)) {
		what_gap(what, "memory",
			 what->facts.rcs[PROCESS_STATUS] ? what->facts.rcs[PROCESS_STATUS] :
							   -ENOENT);
		return;
	}
	FILE *line = page_line(what->page, "memory");
	fprintf(line, "%s in RAM, ", size_of(what, rss, PIDSTATUS_VM_RSS));
	if (what_number(what, PIDSTATUS_VM_SWAP, &bytes) && bytes)
		fprintf(line, "%s in swap; ", size_of(what, swap, PIDSTATUS_VM_SWAP));
	else
		fputs("none in swap; ", line);
	fprintf(line, "%s mapped (%s at most): %s data, %s program",
		size_of(what, size, PIDSTATUS_VM_SIZE), size_of(what, peak, PIDSTATUS_VM_PEAK),
		size_of(what, data, PIDSTATUS_VM_DATA), size_of(what, program, PIDSTATUS_VM_EXE));
	if (what_number(what, PIDSTATUS_VM_LCK, &bytes) && bytes)
		fprintf(line, "; %s locked", size_of(what, locked, PIDSTATUS_VM_LCK));
	tell_oom(what, line);
	page_words(what->page);
}

void what_tell_disk(struct what *what)
{
	const struct pidio *io = &what->facts.io;
	char in[UNITS_MAX], out[UNITS_MAX], never[UNITS_MAX];
	static const char *const keys[] = { "read_bytes", "write_bytes", "cancelled_bytes",
					    "read_chars", "write_chars", "read_calls",
					    "write_calls" };
	const uint64_t numbers[] = { io->read_bytes, io->write_bytes, io->cancelled, io->rchar,
				     io->wchar,      io->syscr,       io->syscw };

	page_section(what->page, "disk");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (what->facts.rcs[PROCESS_IO])
			page_null(what->page, keys[i]);
		else
			page_number(what->page, keys[i], numbers[i]);
	}
	if (what->facts.rcs[PROCESS_IO]) {
		what_gap(what, "disk", what->facts.rcs[PROCESS_IO]);
		return;
	}
	FILE *line = page_line(what->page, "disk");
	fprintf(line, "read %s, written %s", page_size_word(what->page, in, io->read_bytes),
		page_size_word(what->page, out, io->write_bytes));
	if (io->cancelled)
		fprintf(line, ", of which %s were deleted before",
			page_size_word(what->page, never, io->cancelled));
}
