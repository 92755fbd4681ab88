/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/names.h and memory.h: processes by name, and files that are memory only. */
#include "scan/names.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "scan/memory.h"
#include "scratch.h"

struct child {
	pid_t pid;
	int end; /**< closing it ends the child */
};

/** A child that runs a copy of cat called `exe`, with this argv[0], until its stdin ends. */
static struct child start(const char *exe, const char *argv0)
{
	int ends[2], failed[2];
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC) + pipe2(failed, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		execl(exe, argv0, (char *)NULL);
		_exit(!write(failed[1], "x", 1));
	}
	close(ends[0]);
	close(failed[1]);
	/* Closed by the exec: from then on it has its name. */
	assert_int_equal(read(failed[0], &byte, 1), 0);
	close(failed[0]);
	return (struct child){ pid, ends[1] };
}

static void child_end(const struct child *child)
{
	close(child->end);
	assert_int_equal(waitpid(child->pid, NULL, 0), child->pid);
}

static void copy_program(const char *name)
{
	char buffer[65536];
	int from = scratch_open("/bin/cat", O_RDONLY), to = scratch_open(name, O_CREAT | O_WRONLY);
	ssize_t len;

	while ((len = read(from, buffer, sizeof(buffer))) > 0)
		assert_int_equal(write(to, buffer, (size_t)len), len);
	assert_int_equal(fchmod(to, 0755), 0);
	close(from);
	close(to);
}

static bool finds(const char *pattern, pid_t pid)
{
	struct source source;
	struct arena arena;
	struct error err;
	unsigned int *pids;
	size_t count;
	bool found = false;

	arena_init(&arena);
	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(names_find(&source, text_of(pattern), &arena, &pids, &count), 0);
	for (size_t i = 0; i < count; i++)
		found |= pids[i] == (unsigned int)pid;
	source_close(&source);
	arena_end(&arena);
	return found;
}

static void a_process_is_found_by_comm_executable_and_argv0(void **state)
{
	(void)state;
	copy_program("procowl-unit-has-a-long-name");
	struct child child = start("./procowl-unit-has-a-long-name", "/x/procowl-unit-argv0");
	assert_true(finds("procowl-unit-ha", child.pid));
	assert_true(finds("procowl-unit-has-a-long-name", child.pid));
	assert_true(finds("procowl-unit-argv0", child.pid));
	assert_false(finds("procowl-unit", child.pid));
	assert_false(finds("/x/procowl-unit-argv0", child.pid));
	assert_false(finds("rocowl-unit-argv0", child.pid));
	child_end(&child);
}

static void shell_patterns_are_allowed(void **state)
{
	(void)state;
	copy_program("procowl-unit-cat");
	struct child child = start("./procowl-unit-cat", "x");
	assert_true(finds("procowl-unit-c*", child.pid));
	assert_true(finds("procowl-uni?-[abc]at", child.pid));
	assert_false(finds("procowl-uni?-[xyz]at", child.pid));
	child_end(&child);
}

static void a_deleted_executable_keeps_its_name(void **state)
{
	(void)state;
	copy_program("procowl-unit-deleted-executable");
	struct child child = start("./procowl-unit-deleted-executable", "x");
	assert_int_equal(unlink("procowl-unit-deleted-executable"), 0);
	assert_true(finds("procowl-unit-deleted-executable", child.pid));
	child_end(&child);
}

static void we_ourselves_are_not_among_them(void **state)
{
	(void)state;
	assert_false(finds("*", getpid()));
	assert_true(finds("*", getppid()));
}

static void a_process_is_there_until_it_is_reaped(void **state)
{
	struct source source;
	struct arena arena;
	struct error err;

	(void)state;
	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	arena_init(&arena);
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_true(names_exists(&source, (unsigned int)pid));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(names_exists(&source, (unsigned int)pid));
	assert_false(names_exists(&source, 0));
	check_string(names_comm(&source, (unsigned int)pid, &arena), "");
	assert_int_equal(prctl(PR_SET_NAME, "a\nb"), 0);
	check_string(names_comm(&source, (unsigned int)getpid(), &arena), "a\nb");
	arena_end(&arena);
	source_close(&source);
}

static void memory_is_told_by_its_device_not_by_its_name(void **state)
{
	struct memory_devices known = { 0 };
	int fd = memfd_create("owl", MFD_CLOEXEC);
	struct stat memory, file;

	(void)state;
	assert_true(fd >= 0);
	scratch_write("f", LITERAL(""));
	assert_int_equal(fstat(fd, &memory) + stat("f", &file), 0);
	assert_true(memory_is(&known, text_of("/memfd:owl (deleted)"), memory.st_dev));
	assert_true(memory_is(&known, text_of("/SYSV00000000 (deleted)"), memory.st_dev));
	assert_false(memory_is(&known, text_of("/memfd:owl (deleted)"), file.st_dev));
	assert_false(memory_is(&known, text_of("/SYSV00000000 (deleted)"), file.st_dev));
	assert_false(memory_is(&known, text_of("/[aio] (deleted)"), file.st_dev));
	assert_false(memory_is(&known, text_of("/secretmem (deleted)"), file.st_dev));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_process_is_found_by_comm_executable_and_argv0),
		scratch_test(shell_patterns_are_allowed),
		scratch_test(a_deleted_executable_keeps_its_name),
		cmocka_unit_test(we_ourselves_are_not_among_them),
		cmocka_unit_test(a_process_is_there_until_it_is_reaped),
		scratch_test(memory_is_told_by_its_device_not_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
