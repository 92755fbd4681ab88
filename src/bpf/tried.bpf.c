/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The least there is: whether clang and bpftool can make it is what Meson tries. That one of the others
 * cannot be made is an error, and not a build without BPF.
 */
#include <linux/types.h>
/* It needs what is above. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
} __attribute__((preserve_access_index));

SEC("iter/task")
int tried(struct bpf_iter__task *ctx)
{
	char word[] = "tried";

	return bpf_seq_write(ctx->meta->seq, word, sizeof(word)) ? 1 : 0;
}

char LICENSE[] SEC("license") = "GPL";
