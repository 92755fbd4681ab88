/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A BPF object behind a descriptor: its fdinfo (kernel/bpf/syscall.c and btf.c), and its name, which is
 * only to be had by its id (bpf(2), BPF_OBJ_GET_INFO_BY_FD; Linux 4.13).
 */
#pragma once
#include <stdint.h>

#include "base/text.h"

enum bpf_kind { BPF_KIND_PROG, BPF_KIND_MAP, BPF_KIND_LINK, BPF_KIND_BTF };

struct bpf_object {
	enum bpf_kind kind;
	bool has_id; /**< told since Linux 4.15 (a program), 5.9 (a map) */
	uint32_t id;
	struct text type;     /**< "tracing"; empty where unknown; may point into the text */
	uint64_t max_entries; /**< of a map */
	uint64_t bytes;       /**< memory it takes */
	bool has_prog;
	uint32_t prog; /**< of a link: the program that is attached */
};

enum { BPF_NAME_MAX = 16 };

/** Parse the text of fdinfo. 0, or -EINVAL when it is of none of these. */
int bpf_parse(struct text text, struct bpf_object *out);

/**
 * The name its maker gave to a program or map, NUL-terminated. It takes a descriptor on the object for
 * a moment, by id, which needs CAP_SYS_ADMIN. 0 or -errno; an object may have an empty name.
 */
int bpf_name(enum bpf_kind kind, uint32_t id, char ret[BPF_NAME_MAX]);
