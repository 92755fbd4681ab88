/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/cgroup.h: which container the paths of /proc/PID/cgroup name. */
#include "kernel/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define ID "3f2a91c07b5e4d6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7"
#define OTHER "00ff91c07b5e4d6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7"
#define SHORT "3f2a91c07b5e"

static void parses_to(struct text text, struct text wanted)
{
	/* Exactly as many bytes as there are: one read too many is found by the sanitizer. */
	char *bytes = malloc(text.len + 1);
	struct cgroup cgroup;

	assert_non_null(bytes);
	memcpy(bytes, text.bytes, text.len);
	assert_int_equal(cgroup_parse((struct text){ bytes, text.len }, &cgroup), 0);
	free(bytes);
	struct text got = { cgroup.container, cgroup.len };
	if (!text_equal(got, wanted))
		print_error("of '%.*s':\n", (int)text.len, text.bytes);
	check_text(got, wanted);
}

static void path_names(const char *path, const char *container)
{
	char line[5000];
	int len = snprintf(line, sizeof(line), "0::%s\n", path);

	parses_to((struct text){ line, (size_t)len }, text_of(container));
}

static void every_runtime_has_its_form(void **state)
{
	static const struct {
		const char *path, *container;
	} cases[] = {
		{ "/docker/" ID, SHORT },
		{ "/docker-" ID ".scope", SHORT },
		{ "/system.slice/docker-" ID ".scope", SHORT },
		{ "/system.slice/docker-" ID ".scope/init.scope", SHORT },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		  SHORT },
		{ "/machine.slice/libpod-" ID ".scope/container", SHORT },
		{ "/libpod_parent/libpod-" ID, SHORT },
		{ "/libpod_parent/" ID "/ctr", SHORT },
		{ "/kubepods/burstable/pod8d9c1e2f-0a1b-4c3d-9e8f-001122334455/" ID, SHORT },
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8d9c_1e2f.slice/"
		  "cri-containerd-" ID ".scope",
		  SHORT },
		{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod8d9c.slice/crio-" ID
		  ".scope",
		  SHORT },
		{ "/system.slice/containerd.service/kubepods-burstable-pod8d9c.slice:cri-containerd:" ID,
		  SHORT },
		{ "/ecs/55091c13-b8cf-4801-b527-f4601742204d/" ID, SHORT },
		{ "/actions_job/" ID, SHORT },
		{ "/../docker-" ID ".scope", SHORT }, /* read inside another cgroup namespace */
		{ "/lxc.payload.web-1", "web-1" },
		{ "/lxc.payload.web-1/system.slice/nginx.service", "web-1" },
		{ "/lxc.payload/web-1", "web-1" },
		{ "/lxc/101/ns/init.scope", "101" },
		{ "/garden/0f1a2b3c-4d5e-6f70-8192", "0f1a2b3c-4d5e-6f70-8192" },
		{ "/mesos/5a1b/child", "5a1b" },
		{ "/buildkit/wvz6o3c3sdkpbmpcvcqjhfwv7", "wvz6o3c3sdkpbmpcvcqjhfwv7" },
		{ "/machine.slice/machine-web.scope", "web" },
		{ "/machine.slice/machine-web\\x2d1.scope/payload/init.scope", "web-1" },
		{ "/machine.slice/systemd-nspawn@owl\\x2dnest.service/payload", "owl-nest" },
		{ "/machine.slice/machine-lxc\\x2d4242\\x2dweb.scope", "lxc-4242-web" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		path_names(cases[i].path, cases[i].container);
}

static void what_is_no_container_names_none(void **state)
{
	static const char *const paths[] = {
		"/",
		"/init.scope",
		"/user.slice/user-1000.slice/session-4.scope",
		"/system.slice/docker.service",
		"/docker",
		"/docker/buildx",
		"/lxc",
		"/lxc/",
		"/lxc.payload.",
		"/lxc.payload",
		"/lxc.monitor.web-1",
		"/lxc.monitor/web-1",
		"/garden",
		"/machine.slice",
		"/machine.slice/machine-.scope",
		"/machine.slice/machine-qemu\\x2d1\\x2dwin11.scope/libvirt/emulator",
		"/machine.slice/machine-ch\\x2d12\\x2dwin11.scope",
		"/machine.slice/machine-web.scope/supervisor",
		"/machine.slice/systemd-nspawn@web.service/supervisor",
		("/machine.slice/libpod-conmon-" ID ".scope"),
		("/system.slice/crio-conmon-" ID ".scope"),
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8d9c_1e2f.slice",
		"/process_api/42991ddad58c83bff040ba5f8540f177",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		path_names(paths[i], "");
}

static void an_id_is_sixty_four_small_digits_behind_a_hyphen_or_colon(void **state)
{
	(void)state;
	path_names("/docker/a" ID, "");
	path_names("/docker/-" ID, SHORT);
	path_names("/docker/" ID "a", "");
	path_names("/docker/" ID ".scope.scope", "");
	path_names("/docker/3F2A91C07B5E4D6F8091A2B3C4D5E6F708192A3B4C5D6E7F8091A2B3C4D5E6F7", "");
	path_names("/docker/g0ff91c07b5e4d6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7", "");
	path_names("/docker/.scope", "");
}

static void of_nested_containers_the_innermost_counts(void **state)
{
	(void)state;
	path_names("/docker/" OTHER "/docker/" ID "/init.scope", SHORT);
	path_names("/docker/" OTHER "/lxc.payload.web/system.slice", "web");
	path_names("/lxc.payload.web/docker/" ID, SHORT);
	path_names("/docker/" ID "/machine.slice/machine-web.scope/supervisor", SHORT);
}

static void a_machine_called_like_a_driver_is_a_container(void **state)
{
	(void)state;
	path_names("/machine.slice/machine-qemu.scope", "qemu");
	path_names("/machine.slice/machine-qemu\\x2dhost\\x2d1.scope", "qemu-host-1");
	path_names("/machine.slice/machine-ch\\x2durch\\x2dmouse.scope", "ch-urch-mouse");
}

static void only_whole_escapes_are_turned_back(void **state)
{
	(void)state;
	path_names("/machine.slice/machine-a\\x2.scope", "a\\x2");
	path_names("/machine.slice/machine-a\\x.scope", "a\\x");
	path_names("/machine.slice/machine-a\\.scope", "a\\");
	path_names("/machine.slice/machine-\\x2d\\x2D\\xzz.scope", "--\\xzz");
	parses_to(LITERAL("0::/machine.slice/machine-\\x00\\x0a\\xff.scope\n"),
		  LITERAL("\0\n\xff"));
	/* Nobody but machined writes them. */
	path_names("/lxc.payload.a\\x2db", "a\\x2db");
}

static void hostile_names_are_kept_as_they_are_and_long_ones_left_out(void **state)
{
	char path[400] = "/lxc.payload.";
	enum { PREFIX = 12 };

	(void)state;
	path_names("/lxc.payload.\033[2J\xff:\\", "\033[2J\xff:\\");
	path_names("/lxc.payload.a:b/c:d", "a:b");
	/* 256 bytes: no directory can have such a name. */
	memset(path + 1 + PREFIX, 'x', 256 - PREFIX);
	path_names(path, "");
	path[256] = 0;
	path_names(path, path + 1 + PREFIX);
}

static void in_version_1_any_hierarchy_may_tell(void **state)
{
	(void)state;
	parses_to(LITERAL("12:pids:/user.slice\n11:memory:/docker/" ID
			  "\n1:name=systemd:/\n0::/\n"),
		  LITERAL(SHORT));
	parses_to(LITERAL("4:cpu,cpuacct:/docker/" ID "\n3:name=systemd:/docker/" ID "\n"),
		  LITERAL(SHORT));
	parses_to(LITERAL("9:name=systemd:/\n8:pids:/\n0::/\n"), LITERAL(""));
}

static void version_2_counts_before_version_1(void **state)
{
	(void)state;
	parses_to(LITERAL("5:memory:/docker/" OTHER "\n0::/docker/" ID "\n"), LITERAL(SHORT));
	parses_to(LITERAL("0::/docker/" ID "\n5:memory:/docker/" OTHER "\n"), LITERAL(SHORT));
	parses_to(LITERAL("5:memory:/docker/" ID "\n4:cpu:/docker/" OTHER "\n"), LITERAL(SHORT));
}

static void what_has_not_the_form_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"0::",
		"0::\n",
		"0:/docker/" ID,
		"x::/docker/" ID,
		"::/docker/" ID,
		"0::docker/" ID,
		"-1::/docker/" ID,
		"99999999999999999999::/docker/" ID,
	};
	struct cgroup cgroup = { .container = "before", .len = 6 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (cgroup_parse(text_of(texts[i]), &cgroup) != -EINVAL)
			fail_msg("'%s' was read", texts[i]);
	}
	assert_int_equal(cgroup_parse((struct text){ 0 }, &cgroup), -EINVAL);
	assert_int_equal(cgroup.len, 6);
	assert_memory_equal(cgroup.container, "before", 6);
}

static void a_line_between_others_may_be_bad(void **state)
{
	(void)state;
	parses_to(LITERAL("what\n0::/docker/" ID), LITERAL(SHORT));
}

static void the_real_file_is_read(void **state)
{
	struct cgroup cgroup;
	int rc = cgroup_read(AT_FDCWD, "/proc/self/cgroup", &cgroup);

	(void)state;
	if (rc == -ENOENT)
		skip_because("this kernel has no cgroups");
	assert_int_equal(rc, 0);
	assert_true(cgroup.len < CGROUP_NAME_MAX);
	assert_int_equal(cgroup_read(AT_FDCWD, "/proc/self/no-such-file", &cgroup), -ENOENT);
}

/** More than is read: the last line, cut in the middle of its id, must not pass for another. */
static void a_file_beyond_the_limit_is_read_up_to_a_whole_line(void **state)
{
	char name[64];
	int fd = memfd_create("cgroup", MFD_CLOEXEC);
	struct cgroup cgroup;

	(void)state;
	assert_true(fd >= 0);
	dprintf(fd, "5:memory:/docker/" ID "\n0::/lxc.payload.web/");
	for (int i = 0; i < 20000; i++)
		assert_int_equal(write(fd, "x", 1), 1);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	assert_int_equal(cgroup_read(AT_FDCWD, name, &cgroup), 0);
	struct text got = { cgroup.container, cgroup.len };
	check_text(got, LITERAL(SHORT));
	close(fd);
}

static void the_path_is_that_of_version_2_before_all_others(void **state)
{
	struct text path = { 0 };

	(void)state;
	assert_int_equal(cgroup_path_parse(LITERAL("4:cpu:/a\n1:name=systemd:/b\n0::/c d\n"),
					   &path),
			 0);
	check_string(path, "/c d");
	assert_int_equal(cgroup_path_parse(LITERAL("4:cpu:/a\n1:name=systemd:/b\n"), &path), 0);
	check_string(path, "/b");
	assert_int_equal(cgroup_path_parse(LITERAL("4:cpu:/a:b\n"), &path), 0);
	check_string(path, "/a:b");
	assert_int_equal(cgroup_path_parse(LITERAL("no line\n"), &path), -EINVAL);
	check_string(path, "/a:b");
}

static void a_unit_is_the_first_behind_the_slices(void **state)
{
	(void)state;
	check_string(cgroup_unit(text_of("/system.slice/nginx.service")), "nginx.service");
	check_string(cgroup_unit(text_of("/system.slice/ssh.service/sub.service")), "ssh.service");
	check_string(cgroup_unit(text_of("/init.scope")), "init.scope");
	check_string(cgroup_unit(text_of("/user.slice/user-1000.slice/user@1000.service/app.slice/"
					 "firefox.service/x")),
		     "firefox.service");
	check_string(cgroup_unit(
			     text_of("/user.slice/user-1000.slice/user@1000.service/init.scope")),
		     "init.scope");
	check_string(cgroup_unit(text_of("/user.slice")), "");
	check_string(cgroup_unit(text_of("/docker/a.service")), "");
	check_string(cgroup_unit(text_of("/")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_is_that_of_version_2_before_all_others),
		cmocka_unit_test(a_unit_is_the_first_behind_the_slices),
		cmocka_unit_test(every_runtime_has_its_form),
		cmocka_unit_test(what_is_no_container_names_none),
		cmocka_unit_test(an_id_is_sixty_four_small_digits_behind_a_hyphen_or_colon),
		cmocka_unit_test(of_nested_containers_the_innermost_counts),
		cmocka_unit_test(a_machine_called_like_a_driver_is_a_container),
		cmocka_unit_test(only_whole_escapes_are_turned_back),
		cmocka_unit_test(hostile_names_are_kept_as_they_are_and_long_ones_left_out),
		cmocka_unit_test(in_version_1_any_hierarchy_may_tell),
		cmocka_unit_test(version_2_counts_before_version_1),
		cmocka_unit_test(what_has_not_the_form_is_refused),
		cmocka_unit_test(a_line_between_others_may_be_bad),
		cmocka_unit_test(the_real_file_is_read),
		cmocka_unit_test(a_file_beyond_the_limit_is_read_up_to_a_whole_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
