/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/bpfobject.h: programs, maps and links behind descriptors. */
#include "kernel/bpfobject.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include "ownfd.h"

#define COMMON "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\n"

static struct bpf_object parse(const char *text)
{
	struct bpf_object object;

	if (bpf_parse(text_of(text), &object))
		fail_msg("'%s' was refused", text);
	return object;
}

static void a_program_a_map_and_a_link_are_told_apart(void **state)
{
	struct bpf_object object = parse(COMMON "prog_type:\t26\nprog_jited:\t1\nprog_tag:\t59f4\n"
						"memlock:\t4096\nprog_id:\t42\n");

	(void)state;
	assert_int_equal(object.kind, BPF_KIND_PROG);
	check_string(object.type, "tracing");
	assert_true(object.has_id);
	assert_int_equal(object.id, 42);
	assert_int_equal(object.bytes, 4096);
	object = parse(COMMON "map_type:\t27\nkey_size:\t0\nvalue_size:\t0\nmax_entries:\t4096\n"
			      "memlock:\t8192\nmap_id:\t7\nfrozen:\t0\nowner_prog_type:\t1\n");
	assert_int_equal(object.kind, BPF_KIND_MAP);
	check_string(object.type, "ringbuf");
	assert_int_equal(object.id, 7);
	assert_int_equal(object.max_entries, 4096);
	object = parse(COMMON "link_type:\ttracing\nlink_id:\t3\nprog_tag:\t59f4\nprog_id:\t42\n");
	assert_int_equal(object.kind, BPF_KIND_LINK);
	check_string(object.type, "tracing");
	assert_int_equal(object.id, 3);
	assert_true(object.has_prog);
	assert_int_equal(object.prog, 42);
	object = parse(COMMON "btf_id:\t5\n");
	assert_int_equal(object.kind, BPF_KIND_BTF);
	assert_int_equal(object.id, 5);
	assert_int_equal(object.type.len, 0);
}

static void a_type_we_do_not_know_stays_a_number(void **state)
{
	(void)state;
	check_string(parse(COMMON "prog_type:\t4711\nprog_id:\t1\n").type, "4711");
	check_string(parse(COMMON "link_type:\t2\nlink_id:\t1\n").type, "tracing");
	check_string(parse(COMMON "link_type:\t<99>\nlink_id:\t1\n").type, "<99>");
	assert_false(parse(COMMON "map_type:\t1\n").has_id);
}

static void what_is_no_object_is_refused(void **state)
{
	struct bpf_object object = { .id = 42 };

	(void)state;
	assert_int_equal(bpf_parse(text_of(""), &object), -EINVAL);
	assert_int_equal(bpf_parse(text_of(COMMON), &object), -EINVAL);
	assert_int_equal(bpf_parse(text_of(COMMON "size:\t1\nprog_type:\t1\n"), &object), -EINVAL);
	assert_int_equal(object.id, 42);
}

static void a_real_map_has_its_name(void **state)
{
	union bpf_attr attr;
	struct bpf_object object;
	char name[BPF_NAME_MAX];

	(void)state;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 16;
	memcpy(attr.map_name, "owls", 5);
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		skip_because("no bpf here: %s", strerror(errno));
	assert_int_equal(bpf_parse(ownfd_info(fd), &object), 0);
	assert_int_equal(object.kind, BPF_KIND_MAP);
	check_string(object.type, "array");
	assert_int_equal(object.max_entries, 16);
	int rc = bpf_name(object.kind, object.id, name);
	if (rc == -EPERM)
		skip_because("may not ask for objects by their id");
	assert_int_equal(rc, 0);
	assert_string_equal(name, "owls");
	close(fd);
	assert_int_equal(bpf_name(BPF_KIND_LINK, object.id, name), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_a_map_and_a_link_are_told_apart),
		cmocka_unit_test(a_type_we_do_not_know_stays_a_number),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(a_real_map_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
