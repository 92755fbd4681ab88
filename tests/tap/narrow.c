/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What `tap` is to tell of a 32-bit program: by its own numbers of system calls, and by vectors of its own
 * shape. Without a C library, which for 32 bits is seldom there. Waits for a byte of standard input.
 */
struct vector {
	const void *bytes;
	unsigned int len;
};

/** arch/x86/entry/syscalls/syscall_32.tbl. */
enum { EXIT = 1, READ = 3, WRITE = 4, WRITEV = 146 };

static long call(long number, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

void _start(void);

void _start(void)
{
	static const struct vector both[2] = { { "two ", 4 }, { "three", 5 } };
	char byte;

	call(READ, 0, (long)&byte, 1);
	call(WRITE, 1, (long)"one ", 4);
	call(WRITEV, 1, (long)both, 2);
	call(EXIT, 0, 0, 0);
}
