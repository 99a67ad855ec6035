// Seqtalk is a messenger for two terminals that shows what TCP and UDP do with
// every word.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"os/user"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"seqtalk/model"
	"seqtalk/model/flag"
	"seqtalk/model/lesson"
	"seqtalk/model/plain"
	"seqtalk/transport"
	"seqtalk/transport/kernel"
	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
	"seqtalk/ui/safe"
	"seqtalk/ui/words"
)

const version = "0.1.0"

// The exit codes; those of signals are 128 and the signal's number.
const (
	exitFailed = 1 // no conversation came about, or a line stayed unconfirmed
	exitUsage  = 2
)

// exit ends the program with a code. What there was to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// ExitCode is the code.
func (e exit) ExitCode() int { return int(e) }

// A usageError is a mistake on the command line.
type usageError struct{ error }

// What the program lives with unless more messages are to be kept: beyond it the
// garbage collector works harder instead.
const (
	memory       = 256 << 20 // bytes
	usualHistory = 100_000   // messages
)

// limitMemory has the garbage collector keep to memory, as far as it can. Who
// keeps more messages than usual means to use more, and who sets GOMEMLIMIT knows.
func limitMemory(history int) {
	if history <= usualHistory && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
}

func main() {
	root := command()
	failed := keep(root)
	show := func() error { return fang.Execute(context.Background(), root, fang.WithVersion(version)) }
	if plainHelp(os.Args[1:]) {
		show = root.Execute
	}
	if err := show(); err != nil {
		os.Exit(exitFailed)
	}
	os.Exit(complain(os.Stderr, *failed))
}

// keep has every command of root put its error aside instead of returning it:
// before it shows an error fang asks the terminal for its colours, and a
// terminal that does not answer, or does not read, would keep us.
func keep(root *cobra.Command) *error {
	failed := new(error)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		*failed = mistake(err)
		return nil
	})
	for _, c := range append(root.Commands(), root) {
		run, args := c.RunE, c.Args
		c.Args = cobra.ArbitraryArgs
		c.RunE = func(c *cobra.Command, given []string) error {
			if err := args(c, given); err != nil {
				*failed = usageError{err}
				return nil
			}
			*failed = run(c, given)
			return nil
		}
	}
	return failed
}

// complain writes what went wrong as one plain line, and returns the exit code.
func complain(w io.Writer, err error) int {
	var code exit
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(w, "seqtalk:", err)
	if errors.As(err, &usage) {
		fmt.Fprintln(w, "seqtalk --help shows every command and flag")
		return exitUsage
	}
	return exitFailed
}

// flags are the command line, as typed.
type flags struct {
	proto, wire, nick, lang string
	udp, plain, json        bool
	retry, v4, v6           bool
	net                     string
	lab, netSaid, seedSaid  bool
	seed                    uint64
	wait                    time.Duration
	history                 int
	theme, numbers, pcap    string
	log                     string
	own                     model.Config // the user's file
}

func command() *cobra.Command {
	var f flags
	root := &cobra.Command{
		Use:   "seqtalk [ADDR]",
		Short: "Talk between two terminals, and see what TCP and UDP do with every word",
		Long: `Run the same command in two terminals and talk. The first one listens, the
second one calls it; ADDR is 127.0.0.1:9001 if none is given.`,
		Example: `  seqtalk                       # in both terminals: TCP on this machine
  seqtalk -u                    # the same over UDP
  seqtalk --net "loss 20%"      # over a link that loses a fifth of all packets
  seqtalk listen 0.0.0.0:9001   # let another machine call
  seqtalk dial example.org:9001 # and call it from there
  printf 'hello\n' | seqtalk dial 127.0.0.1:9001`,
		Args:                       addressOrCommand,
		SuggestionsMinimumDistance: 2,
		RunE:                       func(_ *cobra.Command, args []string) error { return talk(f, transport.Meeting, args) },
	}
	p := root.PersistentFlags()
	p.StringVarP(&f.proto, "proto", "P", "tcp", means("talk over `PROTO`: tcp, udp, or both at once"))
	p.BoolVarP(&f.udp, "udp", "u", false, "short for --proto udp")
	p.StringVar(&f.wire, "wire", "auto", means("how messages become bytes; `WIRE` is auto, framed, raw or line"))
	p.StringVar(&f.nick, "nick", "", means("your `NAME` (default: your login name)"))
	p.StringVar(&f.lang, "lang", "", means("the language; `LANG` is en or zh (default: from the locale)"))
	p.BoolVar(&f.plain, "plain", false, "lines on standard input and output, no screen")
	p.BoolVar(&f.json, "json", false, "like --plain, with one JSON object a line on standard output")
	p.VarP(flag.Seconds(&f.wait, "--wait", plain.DefaultWait), "wait", "w", means("with --plain: `SECS` to wait for the peer's end after one's own"))
	p.BoolVar(&f.retry, "retry", false, "go on trying until somebody is there")
	p.BoolVarP(&f.v4, "ipv4", "4", false, "use IPv4 only")
	p.BoolVarP(&f.v6, "ipv6", "6", false, "use IPv6 only")
	p.Var(flag.Number(&f.history, "--history", usualHistory), "history", means("keep `N` messages on the screen"))
	p.StringVar(&f.theme, "theme", "", means("the colours; `THEME` is auto, dark, light, dark16, light16 or mono (default auto)"))
	p.StringVar(&f.numbers, "numbers", "", means("sequence numbers; `HOW` is rel (relative) or abs (as on the wire too) (default abs)"))
	p.StringVar(&f.pcap, "pcap", "", means("write the packets to `FILE`, a new one, for Wireshark (needs CAP_NET_RAW, or --lab, or compare)"))
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		limitMemory(f.history)
		f.netSaid, f.seedSaid = c.Flags().Changed("net"), c.Flags().Changed("seed")
	}
	listen := &cobra.Command{
		Use: "listen [ADDR]", Short: "Wait for somebody to call", Args: address,
		RunE: func(_ *cobra.Command, args []string) error { return talk(f, transport.Listener, args) },
	}
	dial := &cobra.Command{
		Use: "dial [ADDR]", Short: "Call somebody who listens", Args: address,
		RunE: func(_ *cobra.Command, args []string) error { return talk(f, transport.Dialer, args) },
	}
	for _, c := range []*cobra.Command{root, listen, dial} {
		f.talkFlags(c)
	}
	root.AddCommand(listen, dial, compareCommand(&f), lessonCommand(&f), replayCommand(&f))
	return root
}

// talkFlags are those of a conversation with another process.
func (f *flags) talkFlags(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.net, "net", "", means("an emulated link under the talk; `SPEC` is in netem's words (\"loss 20% delay 80ms\") or a preset (3g, satellite, very-bad …); implies --lab"))
	s.BoolVar(&f.lab, "lab", false, "a TCP/IP stack of our own, whose every packet is seen; the link is perfect without --net")
	s.StringVar(&f.log, "log", "", means("write the conversation to `FILE`, behind what stands there, and show the last lines of it"))
	s.Var(flag.Seed(&f.seed, "--seed"), "seed", means("the same weather on the emulated link every time for the same `N`"))
}

// config reads the flags.
func (f flags) config(role transport.Role, args []string) (transport.Config, error) {
	c := transport.Config{Role: role, Retry: f.retry, Nick: nick(f.nick)}
	switch {
	case len(args) == 2 && strings.Contains(args[0], ":") && !strings.HasPrefix(args[0], "["):
		c.Addr = "[" + args[0] + "]:" + args[1]
	default:
		c.Addr = strings.Join(args, ":")
	}
	if _, err := transport.ParseAddress(c.Addr); err != nil {
		return c, err
	}
	switch {
	case f.udp && f.proto != "tcp" && f.proto != "udp":
		return c, fmt.Errorf("-u and --proto %s contradict each other", f.proto)
	case f.udp || f.proto == "udp":
		c.Protos = []segment.Proto{segment.UDP}
	case f.proto == "tcp":
		c.Protos = []segment.Proto{segment.TCP}
	case f.proto == "both":
		c.Protos = []segment.Proto{segment.TCP, segment.UDP}
	default:
		return c, fmt.Errorf("--proto %q: allowed are tcp, udp and both", f.proto)
	}
	var err error
	if c.Wire, err = f.wireMeant(); err != nil {
		return c, err
	}
	switch {
	case f.v4 && f.v6:
		return c, errors.New("-4 and -6 contradict each other")
	case f.v4:
		c.Family = transport.IPv4
	case f.v6:
		c.Family = transport.IPv6
	}
	if err := f.link(&c); err != nil {
		return c, err
	}
	return c, nil
}

// link reads the flags of the lab.
func (f flags) link(c *transport.Config) error {
	c.Lab, c.Given = f.lab || f.netSaid, f.netSaid
	if f.netSaid {
		spec, err := link.Parse(f.net)
		if err != nil {
			return fmt.Errorf("--net %w", err)
		}
		c.Net = spec
	}
	if !f.seedSaid {
		return nil
	}
	if !c.Lab {
		return errors.New("--seed is of an emulated link: say --net or --lab too")
	}
	c.Net.Seed, c.Net.Seeded, c.Given = f.seed, true, true
	return nil
}

// wireMeant is what --wire says.
func (f *flags) wireMeant() (session.Wire, error) {
	w, ok := wires[f.wire]
	if !ok {
		return w, fmt.Errorf("--wire %q: allowed are auto, framed, raw and line", f.wire)
	}
	return w, nil
}

var wires = map[string]session.Wire{
	"auto": session.Auto, "framed": session.Framed, "raw": session.Raw, "line": session.Line,
}

// language is the one asked for, or the locale's.
func (f flags) language() (words.Lang, error) {
	switch f.lang {
	case "en":
		return words.English, nil
	case "zh":
		return words.Chinese, nil
	case "":
		return words.FromEnv(firstOf(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))), nil
	}
	return 0, fmt.Errorf("--lang %q: allowed are en and zh", f.lang)
}

// settle reads the user's file. The flags go before it, it goes before the
// environment. What is wrong in it is one line on standard error.
func (f *flags) settle() (words.Lang, error) {
	lang, err := f.language()
	if err != nil {
		return 0, usageError{err}
	}
	if f.own, err = model.ReadConfig(model.ConfigPath(), lang); err != nil {
		fmt.Fprintln(os.Stderr, "seqtalk:", err)
		return 0, exit(exitUsage)
	}
	f.nick, f.lang = firstOf(f.nick, f.own.Nick), firstOf(f.lang, f.own.Language)
	f.theme, f.numbers = firstOf(f.theme, f.own.Theme), firstOf(f.numbers, f.own.Numbers)
	switch {
	case f.theme != "" && !model.IsTheme(f.theme):
		return 0, usageError{fmt.Errorf("--theme %q: %s", f.theme, words.ConfigTheme.In(words.English))}
	case f.numbers != "" && f.numbers != "rel" && f.numbers != "abs":
		return 0, usageError{fmt.Errorf("--numbers %q: %s", f.numbers, words.ConfigNumbers.In(words.English))}
	}
	return f.language()
}

// dressed is o as the flags and the user's file want the screen.
func (f *flags) dressed(o model.Options) model.Options {
	o.Theme, o.Relative = f.theme, f.numbers == "rel"
	o.Bell = f.own.Bell != nil && *f.own.Bell
	o.NoTimes = f.own.Timestamps != nil && !*f.own.Timestamps
	o.NoMouse = f.own.Mouse != nil && !*f.own.Mouse
	return o
}

func firstOf(s ...string) string {
	for _, t := range s {
		if t != "" {
			return t
		}
	}
	return ""
}

// talk has a conversation, on a screen if there is one.
func talk(f flags, role transport.Role, args []string) error {
	lang, err := f.settle()
	if err != nil {
		return err
	}
	cfg, err := f.config(role, args)
	if err != nil {
		return usageError{err}
	}
	if f.history < 1 {
		return usageError{fmt.Errorf("--history %d: at least 1 message is kept", f.history)}
	}
	inTTY, outTTY := f.terminals()
	k := kernel.New()
	cfg.Stack, cfg.Hold, cfg.Redial, cfg.Again = k, !inTTY, true, !inTTY
	blind, err := f.see(k, &cfg)
	if err != nil {
		return err
	}
	defer blind()
	if f.log != "" {
		if cfg.Log, err = transport.OpenLog(f.log); err != nil {
			return usageError{fmt.Errorf("--log: %w", err)}
		}
		defer closeLog(cfg.Log)
	}
	tr, err := transport.Open(cfg)
	if err != nil {
		return usageError{err}
	}
	if f.withoutScreen() {
		return talkPlainly(tr, plain.Options{
			In: os.Stdin, Out: os.Stdout, Err: os.Stderr, InTTY: inTTY, OutTTY: outTTY,
			JSON: f.json, Wait: cmp.Or(f.wait, time.Nanosecond), Retry: f.retry, Lang: lang,
		})
	}
	addr, _ := transport.ParseAddress(cfg.Addr) // Open has read it too
	o := model.Options{
		Transport: tr, Protos: cfg.Protos, Addr: addr.String(), Nick: cfg.Nick, Lang: lang, MaxLines: f.history,
		Command: other(cfg, addr), Remote: remote(cfg, addr),
	}
	if cfg.Log != nil {
		o.Past, o.PastFrom = cfg.Log.Past(), cfg.Log.Path()
	}
	code, err := model.Run(f.dressed(o))
	if err != nil {
		return err
	}
	if code != 0 {
		return exit(code)
	}
	return nil
}

// see has the kernel's stack see its own packets, where it may, and has those of
// --pcap written; blind ends it. Who may not see them has all else.
func (f flags) see(k *kernel.Stack, cfg *transport.Config) (blind func(), err error) {
	var o kernel.CaptureOptions
	if f.pcap != "" {
		if cfg.Record, err = transport.Record(f.pcap); err != nil {
			return nil, usageError{fmt.Errorf("--pcap: %w", err)}
		}
		if !cfg.Lab { // else what is sent to the lab's other end would be there twice
			o.Observe = cfg.Record.Kernel
		}
	}
	stop, err := k.Capture(o)
	if err != nil && o.Observe != nil {
		cfg.Record.Close()
		os.Remove(f.pcap)
		return nil, fmt.Errorf("--pcap: %w; sudo setcap cap_net_raw+ep seqtalk allows it, and --lab needs no leave", err)
	}
	return func() {
		if stop != nil {
			stop()
		}
		if cfg.Record != nil {
			ended(cfg.Record)
		}
	}, nil
}

// ended closes the file of --pcap.
func ended(r *transport.Recording) {
	if err := r.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "seqtalk: --pcap:", err)
	}
}

// recordPair makes the file of --pcap, if one is asked for, for a link with both
// its ends here: write is to be told of each packet, done ends it.
func (f flags) recordPair() (write func(segment.Segment, []byte), done func(), err error) {
	if f.pcap == "" {
		return nil, func() {}, nil
	}
	r, err := transport.RecordPair(f.pcap)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--pcap: %w", err)}
	}
	return r.Pair, func() { ended(r) }, nil
}

// closeLog ends the transcript, and says what of it is not on the disk.
func closeLog(l *transport.Log) {
	if err := l.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "seqtalk: --log:", err)
	}
}

// terminals reports which of standard input and output are one.
func (f flags) terminals() (in, out bool) {
	return term.IsTerminal(os.Stdin.Fd()), term.IsTerminal(os.Stdout.Fd())
}

// withoutScreen reports that there is no screen to draw on, or none is wanted.
func (f flags) withoutScreen() bool {
	in, out := f.terminals()
	return f.plain || f.json || !in || !out || os.Getenv("TERM") == "dumb"
}

// other is the command to run in the other terminal of this machine.
func other(cfg transport.Config, addr transport.Address) string {
	words := []string{"seqtalk"}
	if cfg.Role == transport.Listener {
		words = append(words, "dial")
	}
	words = append(words, sameFlags(cfg)...)
	if addr.Host == transport.DefaultHost && addr.Port == transport.DefaultPort {
		return strings.Join(words, " ")
	}
	return strings.Join(append(words, addr.String()), " ")
}

// sameFlags are those that both ends need. The link itself they agree on.
func sameFlags(cfg transport.Config) (flags []string) {
	switch {
	case len(cfg.Protos) > 1:
		flags = append(flags, "-P", "both")
	case cfg.Protos[0] == segment.UDP:
		flags = append(flags, "-u")
	}
	if cfg.Lab {
		flags = append(flags, "--lab")
	}
	return flags
}

// remote is the command to run on another machine, once for each address under
// which this one may be reached; none where it listens on loopback.
func remote(cfg transport.Config, addr transport.Address) []string {
	ip := net.ParseIP(addr.Host)
	if addr.Host != "" && (ip == nil || ip.IsLoopback()) {
		return nil
	}
	var commands []string
	add := func(ip net.IP) {
		at := net.JoinHostPort(ip.String(), fmt.Sprint(addr.Port))
		commands = append(commands, strings.Join(append(append([]string{"seqtalk", "dial"}, sameFlags(cfg)...), at), " "))
	}
	if ip != nil && !ip.IsUnspecified() {
		add(ip)
		return commands
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if ok && n.IP.IsGlobalUnicast() && (addr.Host == "" || (n.IP.To4() != nil) == (ip.To4() != nil)) {
			add(n.IP)
		}
	}
	return commands
}

// untilSignal is over when a signal comes, whose exit code is the cause.
func untilSignal() (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT)
	go func() {
		s, _ := (<-caught).(syscall.Signal)
		cancel(exit(128 + int(s)))
	}()
	return ctx, cancel
}

// talkPlainly has a conversation in lines. A signal ends it, with a goodbye.
func talkPlainly(tr transport.Transport, o plain.Options) error {
	ctx, cancel := untilSignal()
	defer cancel(nil)
	code := plain.Run(ctx, tr, o)
	var killed exit
	if errors.As(context.Cause(ctx), &killed) {
		return killed
	}
	if code != 0 {
		return exit(code)
	}
	return nil
}

// compareNet is the link of seqtalk compare on a screen, if none is named: one
// on which the two protocols visibly differ.
const compareNet = "loss 10% delay 100ms 20ms"

// compareFlags are the flags that seqtalk compare has of its own.
type compareFlags struct {
	net, seed   string
	count, size int
	interval    time.Duration
	virtual     bool
}

// compareCommand is seqtalk compare.
func compareCommand(f *flags) *cobra.Command {
	var c compareFlags
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "TCP and UDP side by side in one terminal, over a link as bad as you like",
		Long: `Both ends are in this program, with an emulated link between them: what you
type is sent over TCP and over UDP at once, and what arrives stands side by
side. Without a screen it says messages by itself and prints what came of them.`,
		Example: `  seqtalk compare
  seqtalk compare --net "loss 20% delay 80ms" --seed 7
  seqtalk compare --net 3g --virtual --count 100 --plain`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			lang, err := f.settle()
			if err != nil {
				return err
			}
			if f.withoutScreen() {
				return c.plainly(f, lang)
			}
			return c.onScreen(f, lang)
		},
	}
	p := cmd.Flags()
	p.StringVar(&c.net, "net", "", means("the link; `SPEC` is in netem's words or a preset (default \""+compareNet+"\")"))
	p.StringVar(&c.seed, "seed", "", means("the same weather every time for the same `N`"))
	p.Var(flag.Number(&c.count, "--count", lesson.DefaultCount), "count", means("without a screen: say `N` messages"))
	p.Var(flag.Seconds(&c.interval, "--interval", lesson.DefaultInterval), "interval", means("without a screen: `SECS` between two messages"))
	p.Var(flag.Number(&c.size, "--size", lesson.DefaultSize), "size", means("without a screen: `N` bytes a message"))
	p.BoolVar(&c.virtual, "virtual", false, "without a screen: in virtual time, exactly the same every time")
	return cmd
}

// onScreen compares what is typed.
func (c *compareFlags) onScreen(f *flags, lang words.Lang) error {
	spec, err := c.spec()
	if err != nil {
		return usageError{err}
	}
	wire, err := f.wireMeant()
	if err != nil {
		return usageError{err}
	}
	record, done, err := f.recordPair()
	if err != nil {
		return err
	}
	defer done()
	pair, err := transport.NewPair(transport.PairConfig{Spec: spec, Wire: wire, NickA: "A", NickB: "B", Observe: record})
	if err != nil {
		return err
	}
	code, err := model.RunCompare(f.dressed(model.Options{Stacks: lessonStacks, Nick: "A", Lang: lang, MaxLines: f.history}), pair)
	if err != nil {
		return err
	}
	if code != 0 {
		return exit(code)
	}
	return nil
}

// spec reads --net and --seed.
func (c *compareFlags) spec() (link.Spec, error) {
	spec, err := link.Parse(cmp.Or(c.net, compareNet))
	if err != nil {
		return spec, fmt.Errorf("--net %w", err)
	}
	if c.seed == "" {
		return spec, nil
	}
	seed, err := strconv.ParseUint(c.seed, 10, 64)
	switch {
	case err != nil:
		return spec, fmt.Errorf("--seed %q: a number is meant", c.seed)
	case spec.Seeded && spec.Seed != seed:
		return spec, fmt.Errorf("--seed %d contradicts the seed %d in --net", seed, spec.Seed)
	}
	spec.Seed, spec.Seeded = seed, true
	return spec, nil
}

// plainly compares without a screen. What is piped in is a script.
func (c *compareFlags) plainly(f *flags, lang words.Lang) error {
	var script io.Reader
	if in, _ := f.terminals(); !in {
		script = os.Stdin
	}
	record, done, err := f.recordPair()
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := untilSignal()
	defer cancel(nil)
	code := lesson.RunCompare(ctx, script, os.Stdout, os.Stderr, lesson.CompareOptions{
		Count: c.count, Interval: c.interval, Size: c.size, Net: c.net,
		Seed: c.seed, Virtual: c.virtual, JSON: f.json, Lang: lang, Record: record,
	})
	if code == exitUsage && record != nil {
		os.Remove(f.pcap) // it is ours, and nothing is in it
	}
	if code != 0 {
		return exit(code)
	}
	return nil
}

// lessonCommand is seqtalk lesson.
func lessonCommand(f *flags) *cobra.Command {
	var o lesson.LessonOptions
	cmd := &cobra.Command{
		Use:   "lesson [NAME|FILE]",
		Short: "Short experiments, each of which checks a claim about TCP or UDP",
		Long: `A lesson plays a small script on two real TCP/IP stacks with an emulated link
between them, shows what happens step by step, and checks its claim against it.
Without a name there is a menu; without a screen, or with --plain, a lesson is
told in lines. docs/LESSONS.md says how to write one.`,
		Example: `  seqtalk lesson
  seqtalk lesson handshake
  seqtalk lesson --list
  seqtalk lesson --all`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.pcap != "" {
				return usageError{errors.New("--pcap is for a conversation or compare; lessons are not written down")}
			}
			o.Name, o.JSON, o.Stacks = strings.Join(args, ""), f.json, lessonStacks
			var err error
			if !o.All && !o.List && !f.withoutScreen() {
				if o.Lang, err = f.settle(); err != nil {
					return err
				}
				return lessonsOnScreen(f, o)
			}
			if o.Lang, err = f.language(); err != nil {
				return usageError{err}
			}
			ctx, cancel := untilSignal()
			defer cancel(nil)
			if code := lesson.RunLesson(ctx, os.Stdout, os.Stderr, o); code != 0 {
				return exit(code)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&o.All, "all", false, "every lesson, and the table of claims, verdicts and figures")
	cmd.Flags().BoolVar(&o.List, "list", false, "the lessons and what they claim")
	return cmd
}

// lessonStacks are what lessons are played on.
var lessonStacks = lesson.Stacks{lesson.DefaultStack: labGround, lesson.KernelStack: kernelGround}

// labGround is the lab, as lessons want it.
func labGround(g lesson.GroundOptions) (lesson.Ground, error) {
	l, err := lab.New(lab.Options{Clock: g.Clock, Spec: g.Spec, ReceiveBuffer: g.ReceiveBuffer, Keep: 1, Observe: g.Observe})
	if err != nil {
		return lesson.Ground{}, err
	}
	return lesson.Ground{A: l.A(), B: l.B(), AddrA: l.A().IPv4(), AddrB: l.B().IPv4(), Link: l}, nil
}

// kernelGround is this machine's own stack, as lessons want it: B at a loopback
// address and a port where hardly anybody else is.
func kernelGround(lesson.GroundOptions) (lesson.Ground, error) {
	if runtime.GOOS != "linux" {
		return lesson.Ground{}, lesson.OnlyLinux(runtime.GOOS)
	}
	k := kernel.New()
	b := netip.AddrFrom4([4]byte{127, byte(1 + rand.IntN(250)), byte(rand.IntN(250)), byte(2 + rand.IntN(250))})
	return lesson.Ground{A: k, B: k, AddrA: netip.AddrFrom4([4]byte{127, 0, 0, 1}), AddrB: b, Port: uint16(10_000 + rand.IntN(20_000))}, nil
}

// lessonsOnScreen shows a lesson, or the menu of all of them.
func lessonsOnScreen(f *flags, o lesson.LessonOptions) error {
	all, err := lesson.Library()
	if err != nil {
		return err
	}
	var first *lesson.Lesson
	if o.Name != "" {
		if first, err = lesson.Find(o.Name); err != nil {
			return exit(lesson.Complain(os.Stderr, o.Lang, err))
		}
	}
	code, err := model.RunLessons(f.dressed(model.Options{Lang: o.Lang, MaxLines: f.history}), lesson.NewStage(o.Stacks, o.Lang), all, first)
	if err != nil {
		return err
	}
	if code != 0 {
		return exit(code)
	}
	return nil
}

// replayCommand is seqtalk replay.
func replayCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "replay FILE",
		Short: "Look at a recorded conversation, without a network",
		Long: `FILE is what --pcap or --log has written, or a capture of tcpdump's or
Wireshark's (pcapng or pcap). It is played on the same screens as a conversation:
Space holds it, the arrow keys go a packet on or back. Without a screen all of it
is printed.`,
		Example: `  seqtalk compare --pcap talk.pcapng
  seqtalk replay talk.pcapng
  seqtalk replay talk.pcapng --json | grep Retransmission`,
		Args: recording,
		RunE: func(_ *cobra.Command, args []string) error { return f.replay(args[0]) },
	}
}

// recording holds that a command has one file.
func recording(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("replay wants one file: what --pcap or --log has written, or another capture")
	}
	return nil
}

// replay plays a recording.
func (f *flags) replay(path string) error {
	lang, err := f.settle()
	if err != nil {
		return err
	}
	if f.pcap != "" {
		return usageError{errors.New("--pcap: a recording is not recorded again")}
	}
	flat := f.withoutScreen()
	tr, err := transport.OpenReplay(path, transport.ReplayOptions{Flat: flat})
	if err != nil {
		return err
	}
	if flat {
		_, outTTY := f.terminals()
		ctx, cancel := untilSignal()
		defer cancel(nil)
		code := plain.Replay(ctx, tr, plain.Options{Out: os.Stdout, Err: os.Stderr, OutTTY: outTTY, JSON: f.json, Lang: lang})
		if code != 0 {
			return exit(code)
		}
		return nil
	}
	code, err := model.Run(f.dressed(model.Options{Transport: tr, Replay: true, Lang: lang, MaxLines: f.history}))
	if err == nil && code != 0 {
		err = exit(code)
	}
	return err
}

// mistake is what the flag library says, in our words where we have some.
func mistake(err error) error {
	if bad := (flag.Mistake{}); errors.As(err, &bad) {
		return usageError{bad}
	}
	return usageError{err}
}

// plainHelp reports that the help goes where no colours are wanted.
func plainHelp(args []string) bool {
	asked := func(a string) bool { return a == "-h" || a == "--help" || a == "help" }
	return slices.ContainsFunc(args, asked) && !term.IsTerminal(os.Stdout.Fd())
}

// means is a flag's text. The plain help takes the name of the flag's value
// from its back quotes; the coloured one would show them.
func means(text string) string {
	if plainHelp(os.Args[1:]) {
		return text
	}
	return strings.ReplaceAll(text, "`", "")
}

// address holds that the words after a command are one address at most.
func address(_ *cobra.Command, args []string) error {
	typed := strings.Join(args, " ")
	switch {
	case len(args) > 2:
		return fmt.Errorf("%q is more than an address; write HOST:PORT, as in 127.0.0.1:9001", typed)
	case len(args) == 2 && strings.Trim(args[1], "0123456789") != "":
		return fmt.Errorf("%q: %q is not a port; a port is a number from 1 to 65535, as in 127.0.0.1 9001", typed, args[1])
	}
	return nil
}

// addressOrCommand is address, but for a word that looks more like a command's
// name than like a host's: nobody means to look it up.
func addressOrCommand(root *cobra.Command, args []string) error {
	if len(args) > 0 && !strings.ContainsAny(args[0], ".:[]0123456789") {
		if near := root.SuggestionsFor(args[0]); len(near) > 0 {
			return fmt.Errorf("unknown command %q; did you mean %s?", args[0], strings.Join(near, " or "))
		}
	}
	return address(root, args)
}

// nick is the name to go by: the one given, or the login name.
func nick(given string) string {
	if given != "" {
		return given
	}
	names := []string{os.Getenv("USER"), os.Getenv("USERNAME")}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username[strings.LastIndexByte(u.Username, '\\')+1:]) // DOMAIN\name on Windows
	}
	for _, n := range names {
		if safe.ValidNick(n) {
			return n
		}
	}
	return "me"
}
