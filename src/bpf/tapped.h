/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The open files that are tapped, by their addresses.
 */
#pragma once
#include <stdbool.h>

#include "bpf/shadow_tap.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/tap.h"

const volatile _Bool reads = 0;                    /**< what is read, not what is written */
const volatile __u32 terminals[TAP_FILES] = { 0 }; /**< enum tap_terminal */

__u64 tapped[TAP_FILES] = {
	0
}; /**< the open files; 0: not found, or the last that had it is gone */
__u64 inodes[TAP_FILES] = { 0 }; /**< theirs */
__u64 owners[TAP_FILES] = {
	0
}; /**< who opened them: the credentials of one process, of one program */

__u32 mapped = 0; /**< the files of which pages are mapped, one bit each */

/** Which of the files it is, from 1 on; 0: none. One that took the place of another is of another inode or owner. */
static __always_inline __u32 find_file(const struct file *file)
{
	__u32 index = 0;

	if (!file)
		return 0;
	if ((__u64)file == tapped[0])
		index = 1;
	else if ((__u64)file == tapped[1])
		index = 2;
	if (index && ((__u64)BPF_CORE_READ(file, f_inode) != inodes[(index - 1) & 1] ||
		      (__u64)BPF_CORE_READ(file, f_cred) != owners[(index - 1) & 1]))
		return 0;
	return index;
}

/** By whomever: to be written to, or at all. What must not be mapped so has a number below 0. */
static __always_inline bool is_mapped(const struct file *file)
{
	const struct address_space *mapping =
		BPF_CORE_READ((const struct file___tap *)file, f_mapping);

	if (reads)
		return BPF_CORE_READ(mapping, i_mmap.rb_root.rb_node);
	return BPF_CORE_READ(mapping, i_mmap_writable.counter) > 0;
}

static __always_inline void take_file(__u32 at, const struct file *file)
{
	mapped |= is_mapped(file) << at;
	inodes[at] = (__u64)BPF_CORE_READ(file, f_inode);
	owners[at] = (__u64)BPF_CORE_READ(file, f_cred);
	tapped[at] = (__u64)file;
}

/** Typed, and not shown where it is typed: asm-generic/termbits.h, ECHO. */
static __always_inline bool is_hidden(const struct file *file, __u32 index)
{
	enum { ECHO = 010 };
	__u32 kind = terminals[(index - 1) & 1];
	const struct tty_file_private *private;
	const struct tty_struct *tty;

	if (kind != (reads ? TAP_TERMINAL : TAP_MASTER))
		return false;
	private = BPF_CORE_READ(file, private_data);
	tty = BPF_CORE_READ(private, tty);
	if (kind == TAP_MASTER)
		tty = BPF_CORE_READ(tty, link);
	return !(BPF_CORE_READ(tty, termios.c_lflag) & ECHO);
}
