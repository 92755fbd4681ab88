/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/identity.h"

#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/** setfsuid(2) takes the file capabilities out of the effective set; they are still permitted. */
static bool keep_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return false;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = data[i].permitted;
	return syscall(SYS_capset, &header, data) == 0;
}

bool identity_assume(int directory)
{
	struct stat stat;

	if (geteuid() != 0 || fstat(directory, &stat))
		return false;
	setfsgid(stat.st_gid);
	setfsuid(stat.st_uid);
	return keep_capabilities();
}

void identity_return(void)
{
	setfsuid(geteuid());
	setfsgid(getegid());
}
