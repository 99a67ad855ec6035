// Package lesson holds experiments that check a claim about TCP or UDP, and the
// headless comparison of the two: the same messages over both, under the same
// weather. Both ends run in this process over the lab's link (package
// transport, Pair); nothing here opens a socket, draws a screen or asks.
//
// The comparison:
//
//	compare.go  the run: what is said, what comes, when it is over
//	route.go    one protocol's part of it, and stream.go what TCP holds back
//	result.go   what came of it, as values
//	script.go   commands with their times, from stdin
//	json.go     all of it as one object a line, report.go and table.go for people
//	run.go      the command: seqtalk compare --plain|--json
//
// A lesson, which docs/LESSONS.md describes, is played at the level of sockets, so
// that a program can be missing, exit, or read four bytes:
//
//	lesson.go      the file, reader.go and where.go its mistakes with their lines
//	deed.go        a line of its script, observe.go one of what must be observed
//	figure.go      the vocabulary: what can be measured
//	ground.go      two stacks and a link, given by whoever wires the program
//	program.go     a socket program that does what the script says
//	experiment.go  the run, in virtual time; passage.go and counts.go what is noted of it
//	verdict.go     whether the claim held; story.go and course.go tell it
//	library.go     the lessons that come with the program, in lessons/
package lesson
