package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// results are ttyrace's figures: race/test, program, metric.
type results map[string]map[string]map[string]float64

// add reads the figures of a race.
func (r results) add(name, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var found map[string]map[string]map[string]struct{ Med float64 }
	if err := json.Unmarshal(text, &found); err != nil {
		return err
	}
	name = strings.TrimSuffix(name, " of others")
	if r[name] == nil {
		r[name] = map[string]map[string]float64{}
	}
	for peer, tests := range found {
		if r[name][peer] == nil {
			r[name][peer] = map[string]float64{}
		}
		for _, metrics := range tests {
			for metric, v := range metrics {
				r[name][peer][metric] = v.Med
			}
		}
	}
	return nil
}

// A measure is a row of the first table: a metric of a race, in its unit.
type measure struct {
	what, race, metric string
	unit               float64 // the metric is divided by it
	less               float64 // and this is taken off
}

var measures = []measure{
	{"exec → first paint, ms", "startup", "b_paint_p50", 1, 0},
	{"CPU to ready, ms", "startup", "b_cpu_ms_p50", 1, 0},
	{"RSS when ready, MB", "startup", "b_rss_mb_p50", 1, 0},
	{"Enter → the peer's screen, paced, p50, ms", "latency", "paced_p50", 1, 0},
	{"… p99, ms", "latency", "paced_p99", 1, 0},
	{"back to back, p50, ms", "latency", "b2b_p50", 1, 0},
	{"flood, thousand messages a second¹", "flood", "rate", 1000, 0},
	{"… written to the terminal, MB", "flood", "out_mb", 1, 0},
	{"… CPU a message, µs", "flood", "cpu_us_per_msg", 1, 0},
	{"… key → screen, p99, ms", "flood", "echo_p99", 1, 0},
	{"key → screen at a steady 100 k/s, p99, ms", "steady", "echo_p99", 1, 0},
	{"memory a message beside its text, at 100 k, B", "history", "bytes_per_msg@100000", 1, textBytes},
	{"… at 1 M, B", "history", "bytes_per_msg@1000000", 1, textBytes},
	{"PageUp → screen at 10 k, p50, ms", "history", "scroll@10000_p50", 1, 0},
	{"… p99", "history", "scroll@10000_p99", 1, 0},
	{"… at 100 k, p50, ms", "history", "scroll@100000_p50", 1, 0},
	{"… p99", "history", "scroll@100000_p99", 1, 0},
	{"… at 1 M, p50, ms", "history", "scroll@1000000_p50", 1, 0},
	{"… p99", "history", "scroll@1000000_p99", 1, 0},
	{"idle for 10 s: CPU, ms", "idle", "b_cpu_ms", 1, 0},
	{"… wake-ups", "idle", "b_vol", 1, 0},
	{"… bytes", "idle", "b_bytes", 1, 0},
}

// textBytes is the length of a message that ttyrace sends.
const textBytes = 52

var columns = []string{"nc", "ncat", "socat", "talk", "irssi", "weechat", "seqtalk", "seqtalk-line", "seqtalk-udp"}

// figure is what a program reached in a measure, if it took part.
func (r results) figure(race, metric, peer string) (float64, bool) {
	v, ok := r[race][peer][metric]
	return v, ok
}

// print prints both tables.
func (r results) print(w io.Writer) {
	fmt.Fprintf(w, "| | %s |\n|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---:|", len(columns)))
	for _, m := range measures {
		fmt.Fprintf(w, "| %s |", m.what)
		for _, peer := range columns {
			text := "–"
			if v, ok := r.figure(m.race, m.metric, peer); ok {
				text = digits(v/m.unit - m.less)
			}
			fmt.Fprintf(w, " %s |", text)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\n¹ a million of them; irssi and WeeChat 100,000\n\n| target | figure | met |\n|---|---:|---|\n")
	for _, t := range targets {
		v, ok := t.figure(r)
		fmt.Fprintf(w, "| %s | %s | %s |\n", t.what, pick(ok, digits(v), "–"), pick(!ok, "not measured", pick(v <= t.most, "yes", "no")))
	}
}

// digits is v with three digits that matter.
func digits(v float64) string {
	switch {
	case v >= 100 || v <= -100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10 || v <= -10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func pick(cond bool, a, b string) string {
	if cond {
		return a
	}
	return b
}

// A target is met if its figure is at most most.
type target struct {
	what   string
	figure func(results) (float64, bool)
	most   float64
}

// of is a figure of a program; over divides it by another program's.
func of(race, metric, peer string) func(results) (float64, bool) {
	return func(r results) (float64, bool) { return r.figure(race, metric, peer) }
}

func over(race, metric, peer, other string) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		a, ok := r.figure(race, metric, peer)
		b, there := r.figure(race, metric, other)
		return a / b, ok && there
	}
}

// least turns round a target of at least so much: want ÷ figure is at most 1.
func least(want float64, race, metric, peer string) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		v, ok := r.figure(race, metric, peer)
		return want / v, ok
	}
}

// beside is the memory a message takes beside its text.
func beside(metric, peer string) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		v, ok := r.figure("history", metric, peer)
		return v - textBytes, ok
	}
}

var targets = []target{
	{"first paint ≤ 10 ms", of("startup", "b_paint_p50", "seqtalk"), 10},
	{"first paint ÷ irssi's ≤ ½", over("startup", "b_paint_p50", "seqtalk", "irssi"), 0.5},
	{"CPU to ready ≤ 12 ms", of("startup", "b_cpu_ms_p50", "seqtalk"), 12},
	{"RSS ≤ 16 MB", of("startup", "b_rss_mb_p50", "seqtalk"), 16},
	{"paced p50 ÷ nc's ≤ 2.2", over("latency", "paced_p50", "seqtalk", "nc"), 2.2},
	{"paced p50 ÷ irssi's ≤ 1", over("latency", "paced_p50", "seqtalk", "irssi"), 1},
	{"paced p99 ÷ irssi's ≤ 1", over("latency", "paced_p99", "seqtalk", "irssi"), 1},
	{"back to back p50 ÷ talk's ≤ 1", over("latency", "b2b_p50", "seqtalk", "talk"), 1},
	{"flood of lines: 1 M/s ÷ rate ≤ 1", least(1e6, "flood", "rate", "seqtalk-line"), 1},
	{"flood framed: 400 k/s ÷ rate ≤ 1", least(4e5, "flood", "rate", "seqtalk"), 1},
	{"written to the terminal in a flood ≤ 0.5 MB", of("flood", "out_mb", "seqtalk-line"), 0.5},
	{"key → screen in the flood, p99 ≤ 20 ms", of("flood", "echo_p99", "seqtalk-line"), 20},
	{"key → screen at 100 k/s, p99 ≤ 3 ms", of("steady", "echo_p99", "seqtalk-line"), 3},
	{"memory a message beside its text at 1 M ≤ 40 B", beside("bytes_per_msg@1000000", "seqtalk"), 40},
	{"PageUp at 10 k, p50 ≤ 0.8 ms", of("history", "scroll@10000_p50", "seqtalk"), 0.8},
	{"PageUp at 1 M, p50 ≤ 0.8 ms", of("history", "scroll@1000000_p50", "seqtalk"), 0.8},
	{"PageUp at 1 M, p99 ≤ 2 ms", of("history", "scroll@1000000_p99", "seqtalk"), 2},
	{"idle: CPU in 10 s ≤ 2 ms", of("idle", "b_cpu_ms", "seqtalk"), 2},
	{"idle: wake-ups in 10 s ≤ 40", of("idle", "b_vol", "seqtalk"), 40},
	{"idle: bytes in 10 s = 0", of("idle", "b_bytes", "seqtalk"), 0},
}
