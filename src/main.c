/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl: answers questions about running processes, and gets deleted files back while a process
 * still has them open.
 *
 * The map of the source. An answer flows down one street, and includes go only that way:
 *
 *   main.c      begins
 *   cmd/        what you type: dispatch.c finds the command, runs it and flushes; one file a
 *               command: its options, one entry in the table of command.c; listing.c is what all
 *               listings share; recover_show.c what recover shows, reclaim_show.c reclaim;
 *               consent.c asks, launch.c starts what is to be watched, watch_wish.c says what that
 *               is; tap_choose.c finds what is to be tapped, tap_out.c writes it
 *   sql/        what you ask in SQL: catalog.c names the tables, module.c is a question as SQLite
 *               sees it, cursor.c one reading of it, push.c what of a WHERE clause goes down into
 *               it (push_narrow.c: to look at fewer), flow.c the rows on their way back, kept.c
 *               those of a join, number.c how one is known again; query.c is one statement,
 *               filter.c one expression (--filter), guard.c lets them only read, blame.c shows
 *               where they err; literal.c and token.c read '1.5G'; session.c opens the database,
 *               columns.c says what a statement uses, result.c gives values, explain.c is --explain
 *   ask/        what you want to know: one file a question, facts in, rows out. deleted_gather.c
 *               gathers who holds what, a deleted_file.c each; deleted_classify.c and classify.c
 *               say what happened to it; scope.c what the targets mean, scope_select.c which files;
 *               deleted_rows.c makes rows of it, deleted_story.c what stands around the table,
 *               hints.c what to do next; slots.c, swaps.c and ports.c find what no process table
 *               says; absent.c why a target named nothing. files.c, who.c, where.c and ps.c each
 *               have their rows and their story beside them, files_aside.c what may wait;
 *               meaning.c, meant.c and tree.c say which open files a target means, peers.c who is
 *               at the other end, fate.c what became of a name. detail.c and its siblings say what
 *               only one kind of file has, locks.c what is locked, neighbours.c which other file
 *               one speaks of. what.c makes a page about one process: what_gather.c finds out, the
 *               others say it. progress.c looks again and again: progress_sample.c (first at
 *               progress_facts.c of all), progress_evidence.c says what moved (weighing.c is what
 *               it goes by, progress_copy.c and progress_counters.c are the harder ways), and
 *               progress_pipeline.c who goes on with it (progress_follow.c looks for them,
 *               progress_socket.c for who is at a socket, progress_joint.c who works together
 *               through one). Those that are tables of SQL only: machine.c and memory, processors,
 *               load, pressure, disks, networks, mounted beside it; crowd.c and limited,
 *               environment, mapped; plugs.c is sockets and who holds them, claims.c locks
 *   act/        what you change: recover.c puts the steps of one recovery in order, make.c is the
 *               copy among them (trail.c: what that leaves behind it); frozen.c the same while
 *               others stand still (freeze.c, warden.c), follow.c goes on with what is appended;
 *               hold.c keeps files alive (keeper.c); reclaim.c has the steps of one emptying,
 *               stake.c who would lose by it; unbound.c says why a file cannot be got at; the files
 *               beside them are the steps, and what is said of them. The only code that writes to
 *               files
 *   scan/       how we look: source.h is the interface, procfs.c the source that reads /proc, bpf.c
 *               the one that first lets the kernel walk its tables (iterator.c, crew.c) and has
 *               hints.c from it, or told.c whole tables, if that is worth.c it; worker.c their
 *               threads. processes.c looks at processes themselves, batch.c is what one worker
 *               asks, facts.c reads one (facts_files.c: file by file); tasks.c has the kernel tell
 *               them all (roll.c, iterator_tasks.c). holdings.c reads the files of one: tables.c
 *               whose descriptors, reading.c what is looked for, state.c one descriptor, mappings.c
 *               (known.c: of many), carriers.c what sockets and io_urings carry, idle.c which
 *               sockets nothing, disks.c what files take. probe.c asks what may never answer, in it
 *               paths.c, fdinfos.c, marked.c, queues.c, called.c, insight.c (glance.c: its threads,
 *               recall.c: its memory); loops.c, rings.c and numbered.c find what only the kernel
 *               has open. sockets.c has the sockets of all network namespaces, sockets_space.c
 *               those of one, sockets_known.c finds one among them, sockets_walk.c what the
 *               kernel's walk tells of all (socket_told.c of one, socket_iterator.c loads it),
 *               socket_index.c their other ends, owners.c who holds them, netns.c enters a
 *               namespace; mounts, names, containers, memory. watcher.h is who looks at what is
 *               done with files as it is done: watcher_bpf.c, whom the kernel tells (deeds.c: what,
 *               cached.c: where), watcher_fanotify.c and watcher_procfs.c, who see less
 *               (lastlook.c: what was open before). tap.h copies what goes through an open file
 *               (tap_bpf.c), pieces.c puts it together
 *   bpf/        inside the kernel: descriptors and task_vma walk all tables, of which judge.h says
 *               what is worth a look, table tells one whole; task tells the processes, task_socket
 *               the sockets, with a wire_socket.h and a shadow_socket.h of its own; wire.h is what
 *               both sides share, shadow.h the kernel's structs. watch tells what is done with
 *               files (deed.h): tell.h tells, of whom attention.h has asked for, requests.h what
 *               io_urings do, follow.h follows one descriptor; call.h is which system call does
 *               what, place.h where a file lies, look.h how it is seen. tap copies bytes (tap.h):
 *               flow.h is which system call moves them, tap_request.h which request to an io_uring,
 *               tap_shots.h one of several answers, aio.h to io_submit, tapped.h through which
 *               files; copy.h gets them into the ring, tap_tell.h says what is known of others,
 *               audience.h is who passes it on; shadow_tap.h more structs. watcher.h is who is told
 *   kernel/     what Linux says: one file a kernel interface, bytes in, plain struct out
 *   model/      what we remember: handle, target, kind, and the rows with their columns
 *   row/        how an answer is shaped: column, selection, sink
 *   show/       how an answer looks: text (aligned.c, tree.c, flowing.c), json, raw, a page, units,
 *               the encoder, echo.c for bytes that keep coming, bar.c and bars.c (cells.c: as wide
 *               as it is shown)
 *   base/       what C lacks: text, arena, scope guards, errors
 */
#include <locale.h>

#include "cmd/dispatch.h"

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	return dispatch_main(argc, argv);
}
