/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * To look at what a pointer of the kernel's leads to, of which the verifier knows nothing. Told what it is
 * (bpf_rdonly_cast, kernel/bpf/helpers.c, Linux 6.2) it takes a load; else a call for each word.
 */
#pragma once
#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/** Set by who loads the program, who tries first with it. */
const volatile _Bool can_cast = 0;

extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

/* clang-format off */
/** object->member; 0 where it cannot be read. `type` is what the kernel calls it. */
#define LOOK(object, type, member)                                                                 \
	({                                                                                         \
		type *as_it_is = (void *)(object);                                                 \
		typeof(as_it_is->member) seen_there;                                               \
		if (can_cast)                                                                      \
			seen_there = ((type *)bpf_rdonly_cast(                                     \
				as_it_is, bpf_core_type_id_kernel(type)))->member;                 \
		else                                                                               \
			seen_there = BPF_CORE_READ(as_it_is, member);                              \
		seen_there;                                                                        \
	})
/* clang-format on */

/** Eight bytes, of whatever they are: so is the head of a list, one pointer. */
#define LOOK_WORD(address) ((__u64)LOOK(address, struct hlist_head, first))
