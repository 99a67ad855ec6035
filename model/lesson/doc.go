// Package lesson holds experiments that check a claim about TCP or UDP, and the
// headless comparison of the two: the same messages over both, under the same
// weather. Both ends run in this process over the lab's link (package
// transport, Pair); nothing here opens a socket, draws a screen or asks.
//
//	compare.go  the run: what is said, what comes, when it is over
//	route.go    one protocol's part of it, and stream.go what TCP holds back
//	result.go   what came of it, as values
//	script.go   commands with their times, from stdin
//	json.go     all of it as one object a line, report.go and table.go for people
//	run.go      the command: seqtalk compare --plain|--json
package lesson
