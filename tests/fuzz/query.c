/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A statement from its text to its rows, and the same text as a --filter: neither may crash, write or take
 * for ever. The processes are few: where that is allowed, of a PID namespace that has but one with a bit
 * of everything open.
 */
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "sql/filter.h"
#include "sql/query.h"

enum {
	STEPS_MAX = 200, /* calls of the handler, of so many operations each */
	STEP = 1000,
	BYTES_MAX = 1 << 20,
	ROWS_MAX = 200,
};

int LLVMFuzzerInitialize(int *argc, char ***argv);

static void hold_something(void)
{
	int ends[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	must(eventfd(3, 0) >= 0 && memfd_create("x\xff\n", 0) >= 0);
	for (;;)
		pause();
}

/** Its first process is the fuzzer itself; whoever began it waits for that. */
static void enter_namespace(void)
{
	int status = 0;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		return;
	pid_t child = fork();
	must(child >= 0);
	if (child) {
		signal(SIGINT, SIG_IGN);
		waitpid(child, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	enter_namespace();
	if (fork() == 0)
		hold_something();
	return 0;
}

static int open_source(void *context, struct source *ret, struct error *err)
{
	(void)context;
	return source_procfs(NULL, ret, err);
}

static int count_down(void *context)
{
	return --*(unsigned int *)context == 0;
}

static void ask(struct text text, enum format format)
{
	struct sql_host host = { .open = open_source, .program = "procowl", .line = "procowl sql" };
	struct query_options options = { .format = format, .limit = ROWS_MAX };
	struct sql_session session;
	struct error err = { "" };
	unsigned int steps = STEPS_MAX;
	uint64_t rows = 0;
	FILE *out = fopen("/dev/null", "w");

	must(out && sql_session_begin(&host, &session, &err) == 0);
	sqlite3_limit(session.db, SQLITE_LIMIT_LENGTH, BYTES_MAX);
	sqlite3_progress_handler(session.db, STEP, count_down, &steps);
	int rc = query_run(&session, text, &options, out, &rows, &err);
	must(rc == 0 || *err.message);
	must(rows <= ROWS_MAX);
	must(sqlite3_total_changes(session.db) == 0);
	sql_session_end(&session);
	fclose(out);
}

/** Who asks for ever waits for ever: there nothing counts down. */
static void filter_by(struct text text)
{
	struct filter *filter = NULL;
	struct error err = { "" };

	if (strcasestr(text.bytes, "with"))
		return;
	if (filter_begin(&question_files, text, &filter, &err)) {
		must(*err.message);
		return;
	}
	filter_push(filter);
	filter_end(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096];

	if (!size || size > sizeof(text) || memchr(data, 0, size))
		return 0;
	memcpy(text, data, size);
	text[size - 1] = 0; /* its last byte says what is written, and how */
	struct text query = { text, size - 1 };
	if (data[size - 1] & 4)
		filter_by(query);
	else
		ask(query, data[size - 1] & 1 ? FORMAT_JSON : FORMAT_RAW);
	return 0;
}
