/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which processes are told of: those asked for and their children, and of all others what lies in a
 * directory that is.
 */
#pragma once
#include "bpf/watcher.h"
/* It needs what watcher.h includes. */
#include "bpf/deed.h"

const volatile __u32 by_tree = 0; /**< of all processes what lies in a directory asked for */

__u32 epoch = 0; /**< counted up whenever it may have changed who is told of */
__u64 alive = 0; /**< processes in the map, beside those that were put there at first */

/** By their numbers in the watcher's PID namespace: enum deed_state. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DEED_PROCESSES);
	__type(key, __u32);
	__type(value, __u32);
} processes SEC(".maps");

/**
 * What was found out last on this processor: a process, the epoch, and what was found, in one word,
 * which nobody who interrupts can tear.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} known SEC(".maps");

enum { KNOWN_BITS = DEED_WATCHED | DEED_BELOW, KNOWN_PROCESS = 32, KNOWN_EPOCH = 4 };

static __always_inline __u32 look_up_attention(struct task_struct *task)
{
	__u32 number = process_of(task), *state;

	state = bpf_map_lookup_elem(&processes, &number);
	if (state && *state == DEED_ACTIVE)
		return DEED_WATCHED;
	return by_tree && watcher && (__u32)task->tgid != watcher ? DEED_BELOW : 0;
}

/** Is its process told of? DEED_WATCHED, DEED_BELOW (only what lies in a directory), or 0. */
static __always_inline __u32 attention(struct task_struct *task)
{
	__u64 now = (__u64)task->tgid << KNOWN_PROCESS | (epoch << KNOWN_EPOCH & ~0U);
	__u32 first = 0, ret;
	__u64 *last = bpf_map_lookup_elem(&known, &first);

	if (last && (*last & ~(__u64)KNOWN_BITS) == now)
		return *last & KNOWN_BITS;
	ret = look_up_attention(task);
	if (last)
		*last = now | ret;
	return ret;
}
