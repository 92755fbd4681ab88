/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/process.h"

#define NEED(file) PROCESS_NEED(PROCESS_##file)
#define AT(field) offsetof(struct process_row, field)
#define COLUMN(name) PROCESS_COLUMN_##name
enum { SHOWN = COLUMN_DEFAULT, TREE = COLUMN_TREE, OPTIONAL = COLUMN_OPTIONAL };

/* clang-format off */
#define USER        (NEED(OWNER) | NEED(NEED_USER))
#define GROUP       (NEED(OWNER) | NEED(NEED_GROUP))
#define GROUPS      (NEED(STATUS) | NEED(NEED_GROUP))
#define ARGS        (NEED(STAT) | NEED(CMDLINE))
#define RATES       (NEED(IO) | NEED(NEED_RATES))
#define NEAR        (NEED(STAT) | NEED(STATUS) | NEED(FDS) | NEED(LIMITS))

static const struct column columns[] = {
	[COLUMN(PID)]          = { "pid",          TYPE_ID,       SHOWN,        AT(pid),          NEED(STAT),            "process id" },
	[COLUMN(USER)]         = { "user",         TYPE_TEXT,     SHOWN,        AT(user),         USER,                  "effective user, by name" },
	[COLUMN(STATE)]        = { "state",        TYPE_WORD,     SHOWN,        AT(state),        NEED(STAT),            "R runs, S sleeps, D waits for a disk, I idle, T stopped, t traced, Z zombie" },
	[COLUMN(CPU)]          = { "cpu",          TYPE_PERCENT,  SHOWN,        AT(cpu),          NEED(STAT),            "percent of one processor over its life; with --interval, now" },
	[COLUMN(RSS)]          = { "rss",          TYPE_SIZE,     SHOWN,        AT(rss),          NEED(STAT),            "memory in RAM, shared pages in full" },
	[COLUMN(THREADS)]      = { "threads",      TYPE_COUNT,    SHOWN,        AT(threads),      NEED(STAT),            "threads it has" },
	[COLUMN(TIME)]         = { "time",         TYPE_DURATION, SHOWN,        AT(time),         NEED(STAT),            "processor time used" },
	[COLUMN(COMMAND)]      = { "command",      TYPE_TEXT,     SHOWN | TREE, AT(command),      NEED(STAT),            "its name, 15 bytes at most; its command line: args, --full" },
	[COLUMN(TID)]          = { "tid",          TYPE_ID,       0,            AT(tid),          NEED(STAT),            "thread id: --threads" },
	[COLUMN(HANDLE)]       = { "handle",       TYPE_HANDLE,   0,            AT(handle),       NEED(STAT),            "PID, of a thread PID/TID" },
	[COLUMN(PPID)]         = { "ppid",         TYPE_ID,       0,            AT(ppid),         NEED(STAT),            "parent process" },
	[COLUMN(PGID)]         = { "pgid",         TYPE_SIGNED,   0,            AT(pgid),         NEED(STAT),            "process group" },
	[COLUMN(SID)]          = { "sid",          TYPE_SIGNED,   0,            AT(sid),          NEED(STAT),            "session" },
	[COLUMN(TTY)]          = { "tty",          TYPE_WORD,     0,            AT(tty),          NEED(STAT),            "terminal that controls it: pts/3" },
	[COLUMN(DEPTH)]        = { "depth",        TYPE_COUNT,    0,            AT(depth),        NEED(STAT),            "how deep in the tree: --tree" },
	[COLUMN(UID)]          = { "uid",          TYPE_ID,       0,            AT(uid),          NEED(OWNER),           "effective user, as a number" },
	[COLUMN(RUID)]         = { "ruid",         TYPE_ID,       0,            AT(ruid),         NEED(STATUS),          "real user" },
	[COLUMN(SUID)]         = { "suid",         TYPE_ID,       0,            AT(suid),         NEED(STATUS),          "saved user" },
	[COLUMN(GID)]          = { "gid",          TYPE_ID,       0,            AT(gid),          NEED(OWNER),           "effective group" },
	[COLUMN(RGID)]         = { "rgid",         TYPE_ID,       0,            AT(rgid),         NEED(STATUS),          "real group" },
	[COLUMN(GROUP)]        = { "group",        TYPE_TEXT,     0,            AT(group),        GROUP,                 "effective group, by name" },
	[COLUMN(GROUPS)]       = { "groups",       TYPE_NAMES,    0,            AT(groups),       GROUPS,                "supplementary groups, by name" },
	[COLUMN(START)]        = { "start",        TYPE_TIME,     0,            AT(start),        NEED(STAT),            "when it was started" },
	[COLUMN(ELAPSED)]      = { "elapsed",      TYPE_DURATION, 0,            AT(elapsed),      NEED(STAT),            "how long it has run" },
	[COLUMN(NICE)]         = { "nice",         TYPE_SIGNED,   0,            AT(nice),         NEED(STAT),            "-20 goes first, 19 last" },
	[COLUMN(PRIORITY)]     = { "priority",     TYPE_SIGNED,   0,            AT(priority),     NEED(STAT),            "the kernel's: nice + 20, below zero real time" },
	[COLUMN(POLICY)]       = { "policy",       TYPE_WORD,     0,            AT(policy),       NEED(STAT),            "scheduling: other batch idle, fifo rr deadline are real time" },
	[COLUMN(RTPRIO)]       = { "rtprio",       TYPE_COUNT,    0,            AT(rtprio),       NEED(STAT),            "real-time priority, 1 to 99" },
	[COLUMN(CPUS)]         = { "cpus",         TYPE_WORD,     0,            AT(cpus),         NEED(STATUS),          "processors it may run on" },
	[COLUMN(LASTCPU)]      = { "lastcpu",      TYPE_ID,       0,            AT(lastcpu),      NEED(STAT),            "processor it last ran on" },
	[COLUMN(MINFLT)]       = { "minflt",       TYPE_COUNT,    0,            AT(minflt),       NEED(STAT),            "page faults that needed no disk" },
	[COLUMN(MAJFLT)]       = { "majflt",       TYPE_COUNT,    0,            AT(majflt),       NEED(STAT),            "page faults that waited for a disk" },
	[COLUMN(VOLUNTARY)]    = { "voluntary",    TYPE_COUNT,    0,            AT(voluntary),    NEED(STATUS),          "times its first thread gave up the processor to wait" },
	[COLUMN(NONVOLUNTARY)] = { "nonvoluntary", TYPE_COUNT,    0,            AT(nonvoluntary), NEED(STATUS),          "times the processor was taken away from its first thread" },
	[COLUMN(DELAY)]        = { "delay",        TYPE_DURATION, 0,            AT(delay),        NEED(SCHEDSTAT),       "time its first thread could run but got no processor" },
	[COLUMN(IOWAIT)]       = { "iowait",       TYPE_DURATION, 0,            AT(iowait),       NEED(STAT),            "time it waited for disks: with the sysctl kernel.task_delayacct" },
	[COLUMN(VSZ)]          = { "vsz",          TYPE_SIZE,     0,            AT(vsz),          NEED(STAT),            "address space" },
	[COLUMN(VPEAK)]        = { "vpeak",        TYPE_SIZE,     0,            AT(vpeak),        NEED(STATUS),          "the most that was: VmPeak" },
	[COLUMN(PEAK)]         = { "peak",         TYPE_SIZE,     0,            AT(peak),         NEED(STATUS),          "most memory in RAM there was: VmHWM" },
	[COLUMN(ANON)]         = { "anon",         TYPE_SIZE,     0,            AT(anon),         NEED(STATUS),          "of rss: its own memory" },
	[COLUMN(FILE)]         = { "file",         TYPE_SIZE,     0,            AT(file),         NEED(STATUS),          "of rss: mapped files" },
	[COLUMN(SHMEM)]        = { "shmem",        TYPE_SIZE,     0,            AT(shmem),        NEED(STATUS),          "of rss: shared memory" },
	[COLUMN(SWAP)]         = { "swap",         TYPE_SIZE,     0,            AT(swap),         NEED(STATUS),          "its own memory that is swapped out" },
	[COLUMN(PSS)]          = { "pss",          TYPE_SIZE,     0,            AT(pss),          NEED(ROLLUP),          "memory in RAM, each page divided by those who share it; walks its page tables" },
	[COLUMN(USS)]          = { "uss",          TYPE_SIZE,     0,            AT(uss),          NEED(ROLLUP),          "memory in RAM that nobody shares; walks its page tables" },
	[COLUMN(SWAPPSS)]      = { "swappss",      TYPE_SIZE,     0,            AT(swappss),      NEED(ROLLUP),          "swapped out, shared memory too, divided likewise; walks its page tables" },
	[COLUMN(DATA)]         = { "data",         TYPE_SIZE,     0,            AT(data),         NEED(STATUS),          "private writable address space: VmData" },
	[COLUMN(STACK)]        = { "stack",        TYPE_SIZE,     0,            AT(stack),        NEED(STATUS),          "stack of the first thread: VmStk" },
	[COLUMN(CODE)]         = { "code",         TYPE_SIZE,     0,            AT(code),         NEED(STATUS),          "program text: VmExe" },
	[COLUMN(LIB)]          = { "lib",          TYPE_SIZE,     0,            AT(lib),          NEED(STATUS),          "text of libraries: VmLib" },
	[COLUMN(PAGETABLES)]   = { "pagetables",   TYPE_SIZE,     0,            AT(pagetables),   NEED(STATUS),          "memory for its page tables: VmPTE" },
	[COLUMN(LOCKED)]       = { "locked",       TYPE_SIZE,     0,            AT(locked),       NEED(STATUS),          "locked into RAM: mlock(2)" },
	[COLUMN(PINNED)]       = { "pinned",       TYPE_SIZE,     0,            AT(pinned),       NEED(STATUS),          "pinned in RAM for devices" },
	[COLUMN(READ)]         = { "read",         TYPE_SIZE,     0,            AT(read),         NEED(IO),              "bytes that disks had to bring" },
	[COLUMN(WRITE)]        = { "write",        TYPE_SIZE,     0,            AT(write),        NEED(IO),              "bytes that disks had to take" },
	[COLUMN(RCHAR)]        = { "rchar",        TYPE_SIZE,     0,            AT(rchar),        NEED(IO),              "bytes it read, from wherever" },
	[COLUMN(WCHAR)]        = { "wchar",        TYPE_SIZE,     0,            AT(wchar),        NEED(IO),              "bytes it wrote, to wherever" },
	[COLUMN(READ_RATE)]    = { "read_rate",    TYPE_SIZE,     0,            AT(read_rate),    RATES,                 "of read, bytes a second: --interval" },
	[COLUMN(WRITE_RATE)]   = { "write_rate",   TYPE_SIZE,     0,            AT(write_rate),   RATES,                 "of write, bytes a second: --interval" },
	[COLUMN(FDS)]          = { "fds",          TYPE_COUNT,    0,            AT(fds),          NEED(FDS),             "descriptors it has open" },
	[COLUMN(FDLIMIT)]      = { "fdlimit",      TYPE_COUNT,    0,            AT(fdlimit),      NEED(LIMITS),          "how many it may have" },
	[COLUMN(OOM)]          = { "oom",          TYPE_SIGNED,   0,            AT(oom),          NEED(OOM_SCORE),       "how soon the kernel kills it when memory is out" },
	[COLUMN(OOM_ADJ)]      = { "oom_adj",      TYPE_SIGNED,   0,            AT(oom_adj),      NEED(OOM_ADJ),         "what was added to that: -1000 never, 1000 first" },
	[COLUMN(WCHAN)]        = { "wchan",        TYPE_WORD,     0,            AT(wchan),        NEED(WCHAN),           "function of the kernel it sleeps in" },
	[COLUMN(PENDING)]      = { "pending",      TYPE_NAMES,    0,            AT(pending),      NEED(STATUS),          "signals that wait for it" },
	[COLUMN(BLOCKED)]      = { "blocked",      TYPE_NAMES,    0,            AT(blocked),      NEED(STATUS),          "signals that it keeps waiting" },
	[COLUMN(IGNORED)]      = { "ignored",      TYPE_NAMES,    0,            AT(ignored),      NEED(STATUS),          "signals that it ignores" },
	[COLUMN(CAUGHT)]       = { "caught",       TYPE_NAMES,    0,            AT(caught),       NEED(STATUS),          "signals that it handles" },
	[COLUMN(CAPS)]         = { "caps",         TYPE_NAMES,    0,            AT(caps),         NEED(STATUS),          "capabilities in force" },
	[COLUMN(PERMITTED)]    = { "permitted",    TYPE_NAMES,    0,            AT(permitted),    NEED(STATUS),          "capabilities it may put in force" },
	[COLUMN(INHERITABLE)]  = { "inheritable",  TYPE_NAMES,    0,            AT(inheritable),  NEED(STATUS),          "capabilities that exec may keep" },
	[COLUMN(AMBIENT)]      = { "ambient",      TYPE_NAMES,    0,            AT(ambient),      NEED(STATUS),          "capabilities that exec keeps" },
	[COLUMN(BOUNDING)]     = { "bounding",     TYPE_NAMES,    0,            AT(bounding),     NEED(STATUS),          "capabilities it can ever get" },
	[COLUMN(SECCOMP)]      = { "seccomp",      TYPE_WORD,     0,            AT(seccomp),      NEED(STATUS),          "off, strict or filter: which system calls it may make" },
	[COLUMN(NO_NEW_PRIVS)] = { "no_new_privs", TYPE_WORD,     0,            AT(no_new_privs), NEED(STATUS),          "yes: exec gives it no rights" },
	[COLUMN(TRACER)]       = { "tracer",       TYPE_ID,       0,            AT(tracer),       NEED(STATUS),          "process that traces it" },
	[COLUMN(NSPID)]        = { "nspid",        TYPE_NAMES,    0,            AT(nspid),        NEED(STATUS),          "its number in each PID namespace, ours first" },
	[COLUMN(UMASK)]        = { "umask",        TYPE_MODE,     0,            AT(umask),        NEED(STATUS),          "permissions that new files do not get" },
	[COLUMN(CGROUP)]       = { "cgroup",       TYPE_PATH,     0,            AT(cgroup),       NEED(CGROUP),          "control group" },
	[COLUMN(UNIT)]         = { "unit",         TYPE_TEXT,     0,            AT(unit),         NEED(CGROUP),          "systemd unit" },
	[COLUMN(CONTAINER)]    = { "container",    TYPE_TEXT,     OPTIONAL,     AT(container),    NEED(NEED_CONTAINER),  "host name its process sees, where that is not this machine's" },
	[COLUMN(NAMESPACES)]   = { "namespaces",   TYPE_NAMES,    0,            AT(namespaces),   NEED(NAMESPACES),      "namespaces that are not ours" },
	[COLUMN(COMM)]         = { "comm",         TYPE_TEXT,     TREE,         AT(comm),         NEED(STAT),            "the same as command" },
	[COLUMN(ARGS)]         = { "args",         TYPE_TEXT,     TREE,         AT(args),         ARGS,                  "command line; [comm] of kernel threads and where it does not answer" },
	[COLUMN(EXE)]          = { "exe",          TYPE_PATH,     TREE,         AT(exe),          NEED(EXE),             "program file" },
	[COLUMN(CMDLINE)]      = { "cmdline",      TYPE_NAMES,    TREE,         AT(cmdline),      NEED(CMDLINE),         "command line, word by word" },
	[COLUMN(CWD)]          = { "cwd",          TYPE_PATH,     0,            AT(cwd),          NEED(CWD),             "directory it stands in" },
	[COLUMN(ROOT)]         = { "root",         TYPE_PATH,     0,            AT(root),         NEED(ROOT),            "its root directory" },
	[COLUMN(LIMIT)]        = { "limit",        TYPE_WORD,     0,            AT(limit),        NEAR,                  "the limit it is nearest to: 980 of 1024 descriptors" },
	[COLUMN(LIMIT_USED)]   = { "limit_used",   TYPE_PERCENT,  0,            AT(limit_used),   NEAR,                  "how much of that limit is used" },
	[COLUMN(ERROR)]        = { "error",        TYPE_TEXT,     0,            AT(error),        NEED(STAT),            "what could not be found out, and why" },
};
/* clang-format on */

_Static_assert(sizeof(columns) / sizeof(columns[0]) <= COLUMN_MAX, "one bit each");

const struct table process_table = { columns, sizeof(columns) / sizeof(columns[0]) };
