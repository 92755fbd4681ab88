/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/bpfobject.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/fdline.h"

/* enum bpf_prog_type, bpf_map_type and bpf_link_type of include/uapi/linux/bpf.h, Linux 6.18. */

static const char *const prog_types[] = {
	"unspec",
	"socket_filter",
	"kprobe",
	"sched_cls",
	"sched_act",
	"tracepoint",
	"xdp",
	"perf_event",
	"cgroup_skb",
	"cgroup_sock",
	"lwt_in",
	"lwt_out",
	"lwt_xmit",
	"sock_ops",
	"sk_skb",
	"cgroup_device",
	"sk_msg",
	"raw_tracepoint",
	"cgroup_sock_addr",
	"lwt_seg6local",
	"lirc_mode2",
	"sk_reuseport",
	"flow_dissector",
	"cgroup_sysctl",
	"raw_tracepoint_writable",
	"cgroup_sockopt",
	"tracing",
	"struct_ops",
	"ext",
	"lsm",
	"sk_lookup",
	"syscall",
	"netfilter",
};

static const char *const map_types[] = {
	"unspec",
	"hash",
	"array",
	"prog_array",
	"perf_event_array",
	"percpu_hash",
	"percpu_array",
	"stack_trace",
	"cgroup_array",
	"lru_hash",
	"lru_percpu_hash",
	"lpm_trie",
	"array_of_maps",
	"hash_of_maps",
	"devmap",
	"sockmap",
	"cpumap",
	"xskmap",
	"sockhash",
	"cgroup_storage",
	"reuseport_sockarray",
	"percpu_cgroup_storage",
	"queue",
	"stack",
	"sk_storage",
	"devmap_hash",
	"struct_ops",
	"ringbuf",
	"inode_storage",
	"task_storage",
	"bloom_filter",
	"user_ringbuf",
	"cgrp_storage",
	"arena",
};

static const char *const link_types[] = {
	"unspec",       "raw_tracepoint", "tracing",      "cgroup",     "iter",      "netns",
	"xdp",          "perf_event",     "kprobe_multi", "struct_ops", "netfilter", "tcx",
	"uprobe_multi", "netkit",         "sockmap",
};

struct type_names {
	const char *const *names;
	size_t count;
};

#define NAMES(table)                                      \
	{                                                 \
		table, sizeof(table) / sizeof((table)[0]) \
	}

/** What tells each kind, and its keys. */
static const struct {
	const char *type, *id;
	struct type_names types;
} kinds[] = {
	[BPF_KIND_PROG] = { "prog_type", "prog_id", NAMES(prog_types) },
	[BPF_KIND_MAP] = { "map_type", "map_id", NAMES(map_types) },
	[BPF_KIND_LINK] = { "link_type", "link_id", NAMES(link_types) },
	[BPF_KIND_BTF] = { "btf_id", "btf_id", { NULL, 0 } },
};

/** A number everywhere, a word for links. */
static struct text type_of(struct text value, const struct type_names *types)
{
	uint64_t number;

	if (!types->count)
		return (struct text){ 0 };
	if (text_number(value, 10, &number))
		return value;
	return number < types->count ? text_of(types->names[number]) : value;
}

static bool id_of(struct text text, const char *key, uint32_t *ret)
{
	uint64_t number;

	if (fdline_number(text, key, 10, &number) || number > UINT32_MAX)
		return false;
	*ret = (uint32_t)number;
	return true;
}

/** By its first line: a link tells of its program too, and a map of programs that own it. */
static int kind_of(struct text text, enum bpf_kind *ret, struct text *type)
{
	struct text key;

	text = fdline_special(text);
	if (!fdline_next(&text, &key, type))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (text_is(key, kinds[i].type)) {
			*ret = (enum bpf_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

int bpf_parse(struct text text, struct bpf_object *out)
{
	struct bpf_object parsed = { 0 };
	struct text type;

	if (kind_of(text, &parsed.kind, &type))
		return -EINVAL;
	parsed.type = type_of(type, &kinds[parsed.kind].types);
	parsed.has_id = id_of(text, kinds[parsed.kind].id, &parsed.id);
	fdline_number(text, "max_entries", 10, &parsed.max_entries);
	fdline_number(text, "memlock", 10, &parsed.bytes);
	if (parsed.kind == BPF_KIND_LINK)
		parsed.has_prog = id_of(text, "prog_id", &parsed.prog);
	*out = parsed;
	return 0;
}

static int call(int command, union bpf_attr *attr)
{
	long rc = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return rc < 0 ? -errno : (int)rc;
}

static int open_by_id(enum bpf_kind kind, uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	if (kind == BPF_KIND_MAP) {
		attr.map_id = id;
		attr.open_flags = BPF_F_RDONLY;
		return call(BPF_MAP_GET_FD_BY_ID, &attr);
	}
	attr.prog_id = id;
	return call(BPF_PROG_GET_FD_BY_ID, &attr);
}

int bpf_name(enum bpf_kind kind, uint32_t id, char ret[BPF_NAME_MAX])
{
	union {
		struct bpf_prog_info prog;
		struct bpf_map_info map;
	} info;
	union bpf_attr attr;

	if (kind != BPF_KIND_PROG && kind != BPF_KIND_MAP)
		return -EINVAL;
	scope_fd fd = open_by_id(kind, id);
	if (fd < 0)
		return fd;
	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = kind == BPF_KIND_MAP ? sizeof(info.map) : sizeof(info.prog);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	int rc = call(BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (rc)
		return rc;
	memcpy(ret, kind == BPF_KIND_MAP ? info.map.name : info.prog.name, BPF_NAME_MAX);
	ret[BPF_NAME_MAX - 1] = 0;
	return 0;
}
