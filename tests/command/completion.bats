#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; scripts for other shells
# The completions: made from the command table, so they may know no less and no more than `help`.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
	owl completion bash >.procowl.bash
	owl completion zsh >_procowl
	owl completion fish >procowl.fish
	mkdir here
	cd here || return
}

teardown() {
	cd / || return
	situation_end
}

# The commands that are shown to people; `help` is one, but says nothing about itself.
command_names() {
	owl help | sed -nE 's/^  .{14}  ([a-z]+) .*/\1/p'
	echo help
}

# Its options as `help` has them: one a line, "-s" and "--sort" on two.
option_names() {
	owl help "$1" | awk -F '  +' '/^ +-/ { print $2 }' | grep -oE -- '(^|[ ,])--?[A-Za-z][a-z-]*' |
		tr -d ' ,'
}

column_names() {
	owl "$1" --list-columns | awk '{ print $1 }'
}

# complete WORD… : what bash completes the last word with, into $output, one a line. Options that
# it would give to compopt stand there as "compopt -o NAME".
complete_last() {
	run --separate-stderr bash --norc -c '
		set -eu
		compopt() { echo "compopt $*"; }
		source "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_procowl || true
		((${#COMPREPLY[@]} == 0)) || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$SCRATCH/.procowl.bash" "$@"
	exits 0
	[[ -z $stderr ]] || show_answer
}

# offers LINE… : these, in any order, and no others. No LINE: nothing at all.
offers() {
	local wanted
	wanted=$( (($# == 0)) || printf '%s\n' "$@")
	[[ $(sort <<<"$output") == "$(sort <<<"$wanted")" ]] || {
		printf 'expected:\n%s\n' "$wanted"
		show_answer
	}
}

# offers_list HEAD COLUMN… : columns of a list, HEAD before each of them, no blank after it; or none.
offers_list() {
	local head=$1
	shift
	(($# == 0)) || set -- "${@/#/$head}"
	offers "compopt -o nospace" "$@"
}

# typed KEYS : what a bash that is typed to gives its `procowl` as words, each in <>.
typed() {
	need_command script
	{
		printf '%s\n' "HISTFILE= PS1= PS2=" "bind 'set enable-bracketed-paste off'" \
			". '$SCRATCH/.procowl.bash'" \
			'procowl() { printf "[%s]\n" "$(printf "<%s>" "$@")"; }' "$1" 'exit'
	} | timeout "$PATIENCE" script -qec 'bash --norc --noprofile -i' /dev/null |
		tr -d '\r' | sed -n 's/^\[\(<.*>\)\]$/\1/p'
}

types() {
	run typed "$1"
	[[ $output == "$2" ]] || show_answer
}

### Bash: commands

@test "bash completes the first word with the commands that help has, and no others" {
	local -a names
	mapfile -t names < <(command_names)
	((${#names[@]} >= 3))
	complete_last procowl ''
	offers "${names[@]}"
}

@test "a hidden command is not offered" {
	complete_last procowl compl
	offers
}

@test "bash completes what a command begins with, and options without a command" {
	complete_last procowl reco
	offers recover
	complete_last procowl --
	offers --help --version
	complete_last procowl -
	offers --help --version
}

@test "bash completes help with one command" {
	local -a names
	mapfile -t names < <(command_names)
	complete_last procowl help ''
	offers "${names[@]}"
	complete_last procowl help del
	offers deleted
	complete_last procowl help deleted ''
	offers
}

@test "a directory that is called like a command does not make it a directory" {
	mkdir deleted help
	complete_last procowl del
	offers deleted
	complete_last procowl help del
	offers deleted
}

@test "bash offers nothing to a command that it does not know" {
	complete_last procowl frobnicate ''
	offers
	complete_last procowl frobnicate -
	offers
}

### Bash: options and their values

@test "bash completes every option that help has, and no others" {
	local name
	local -a names
	for name in $(command_names); do
		mapfile -t names < <(option_names "$name")
		((${#names[@]} >= 1))
		complete_last procowl "$name" -
		offers "${names[@]}"
	done
}

@test "bash completes targets with files" {
	complete_last procowl deleted ''
	offers "compopt -o default"
	complete_last procowl recover app.log a
	offers "compopt -o default"
}

@test "behind -- everything is a target" {
	complete_last procowl deleted -- -
	offers "compopt -o default"
	complete_last procowl recover -- --columns ''
	offers "compopt -o default"
}

@test "bash completes directories only where a directory is meant" {
	local before
	for before in -d --directory '--directory ='; do
		# shellcheck disable=SC2086  # two words
		complete_last procowl recover $before x
		offers "compopt -o dirnames"
	done
	complete_last procowl deleted --proc ''
	offers "compopt -o dirnames"
}

@test "-o is a file for recover, and columns for a listing" {
	complete_last procowl recover -o ''
	offers "compopt -o default"
	complete_last procowl recover --output = a
	offers "compopt -o default"
	complete_last procowl deleted -o han
	offers_list '' handle
}

@test "bash offers every column, and all" {
	local name
	local -a names
	for name in deleted recover; do
		mapfile -t names < <(column_names "$name")
		((${#names[@]} >= 2))
		complete_last procowl "$name" --columns ''
		offers_list '' "${names[@]}" all
	done
}

@test "bash completes columns behind commas, +, and =" {
	complete_last procowl deleted -o handle,si
	offers_list handle, size since
	complete_last procowl deleted -o +
	says +holders
	complete_last procowl deleted -o +holders,us
	offers_list +holders, user
	complete_last procowl deleted --columns = han
	offers_list '' handle
	complete_last procowl deleted --columns = size,dis
	offers_list size, disk
	complete_last procowl recover --columns size,gra
	offers_list size, grade
	complete_last procowl deleted --columns =
	says handle
}

@test "a column that is in the list is not offered again" {
	complete_last procowl deleted -o size,si
	offers_list size, since
	complete_last procowl deleted -o +since,size,si
	offers_list ''
}

@test "bash completes = also where it does not part words" {
	complete_last procowl deleted --columns=size,dis
	offers_list --columns=size, disk
	complete_last procowl deleted --sort=-siz
	offers --sort=-size
}

@test "bash completes the column to sort by, ascending and descending" {
	local -a names
	mapfile -t names < <(column_names deleted)
	complete_last procowl deleted -s ''
	offers "${names[@]}"
	complete_last procowl deleted -s -siz
	offers -size
	complete_last procowl deleted --sort = -siz
	offers -size
	complete_last procowl deleted --sort -
	offers "${names[@]/#/-}"
}

@test "bash completes the names of sources, and nothing where a number is meant" {
	complete_last procowl deleted --source ''
	offers bpf procfs
	complete_last procowl watch --source ''
	offers bpf fanotify procfs
	complete_last procowl recover --source = pro
	offers procfs
	complete_last procowl deleted --limit ''
	offers
}

@test "an option behind a value is an option again" {
	complete_last procowl recover -o x --over
	offers --overwrite
	complete_last procowl deleted --columns = size --js
	offers --json --jsonl
	complete_last procowl deleted -J ''
	offers "compopt -o default"
}

@test "a name with an apostrophe, a blank or a dollar does bash no harm" {
	complete_last procowl deleted "o'clock" '$(touch owned)' ''
	offers "compopt -o default"
	complete_last procowl deleted -o '$(touch owned)'
	offers_list ''
	complete_last procowl deleted --columns '$(touch owned),a$(touch owned)'
	offers_list ''
	complete_last procowl "\$(touch owned)" -
	[[ ! -e owned ]]
}

### Bash, typed to

@test "on a terminal bash completes commands and options" {
	mkdir deleted
	types $'procowl del\t' '<deleted>'
	types $'procowl recover --over\t' '<recover><--overwrite>'
}

@test "on a terminal bash completes files with blanks, directories, and lists" {
	mkdir 'my dir'
	touch 'my file' 'you'
	types $'procowl deleted my\\ f\t' '<deleted><my file>'
	types $'procowl deleted "my f\t' '<deleted><my file>'
	types $'procowl recover -d my\t' '<recover><-d><my dir/>'
	types $'procowl recover --directory=my\t' '<recover><--directory=my dir/>'
	types $'procowl recover -d yo\t' '<recover><-d><yo>'
	types $'procowl recover --output=yo\t' '<recover><--output=you>'
	types $'procowl deleted --columns=handle,siz\t,pat\t' '<deleted><--columns=handle,size,path>'
	types $'procowl deleted -s -siz\t' '<deleted><-s><-size>'
}

### All shells

@test "the completions are for bash, zsh and fish, and who asks for another is told so" {
	run --separate-stderr owl completion
	exits 2
	says 'bash zsh fish'
	run --separate-stderr owl completion tcsh
	exits 2
	says 'bash zsh fish'
	[[ -z $output ]]
}

@test "every shell knows every option, every column and every command that is shown" {
	local script name word
	for script in "$SCRATCH/.procowl.bash" "$SCRATCH/_procowl" "$SCRATCH/procowl.fish"; do
		for name in $(command_names); do
			for word in "$name" $(option_names "$name" | grep -- --); do
				grep -qw -e "${word#--}" "$script" || {
					echo "${script##*/} does not know $word of $name"
					return 1
				}
			done
		done
		for name in deleted recover; do
			for word in $(column_names "$name"); do
				grep -qw -e "$word" "$script" || {
					echo "${script##*/} does not know the column $word"
					return 1
				}
			done
		done
	done
}

@test "shellcheck has nothing to say about what bash gets" {
	need_command shellcheck
	run shellcheck "$SCRATCH/.procowl.bash"
	exits 0
}

@test "bash can read it" {
	run bash -n "$SCRATCH/.procowl.bash"
	exits 0
}

@test "zsh can read it" {
	need_command zsh
	run zsh -n "$SCRATCH/_procowl"
	exits 0
	[[ $(head -n 1 "$SCRATCH/_procowl") == '#compdef procowl' ]]
}

@test "fish can read it" {
	need_command fish
	HOME=$SCRATCH run fish --no-config -n "$SCRATCH/procowl.fish"
	exits 0
}

# fishes LINE : what fish completes the line with, into $output, without the descriptions
fishes() {
	HOME=$SCRATCH run fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
		"$SCRATCH/procowl.fish" "$1"
	exits 0
	output=$(cut -f 1 <<<"$output")
}

@test "fish completes commands, options, columns, directories and files" {
	need_command fish
	local -a names
	mkdir 'a dir' && touch a.log
	mapfile -t names < <(command_names)
	fishes 'procowl '
	offers "${names[@]}"
	fishes 'procowl help '
	offers "${names[@]}"
	fishes 'procowl help deleted '
	offers
	fishes 'procowl deleted '
	offers 'a dir/' a.log
	fishes 'procowl recover -d '
	offers 'a dir/'
	fishes 'procowl recover --directory='
	offers '--directory=a dir/'
	fishes 'procowl recover -o '
	offers 'a dir/' a.log
	fishes 'procowl deleted --limit '
	offers
	fishes 'procowl deleted --source '
	offers bpf procfs
	fishes 'procowl deleted -o handle,siz'
	offers handle,size
	fishes 'procowl deleted -o +siz'
	offers +size
	fishes 'procowl deleted --columns=handle,siz'
	offers --columns=handle,size
	fishes 'procowl deleted -s siz'
	offers size
	fishes 'procowl recover --over'
	offers --overwrite
}
