package transport

import (
	"errors"
	"testing"
	"time"

	"seqtalk/transport/lab"
	"seqtalk/transport/link"
	"seqtalk/transport/segment"
)

// A duo is two conversations over the lab in virtual time, and all they tell.
type duo struct {
	t     *testing.T
	lab   *lab.Lab
	clock *link.Virtual
	a, b  *Conversation // the dialer, the listener
	tells func(who string, at time.Duration, ev Event)
	begun time.Time
}

func newDuo(t *testing.T, spec string, change func(*Config)) *duo {
	t.Helper()
	s, err := link.Parse(spec + " seed 1")
	if err != nil {
		t.Fatal(err)
	}
	d := &duo{t: t, clock: link.NewVirtual(time.Unix(0, 0).UTC()), tells: func(string, time.Duration, Event) {}}
	d.begun = d.clock.Now()
	if d.lab, err = lab.New(lab.Options{Clock: d.clock, Spec: s}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.lab.Close() })
	d.b = d.open(Config{Stack: d.lab.B(), Role: Listener, Seed: 2}, change)
	d.a = d.open(Config{Stack: d.lab.A(), Role: Dialer, Seed: 1}, change)
	return d
}

func (d *duo) open(c Config, change func(*Config)) *Conversation {
	d.t.Helper()
	c.Addr, c.Exact, c.Protos = d.lab.B().IPv4().String()+":9001", true, overTCP
	if change != nil {
		change(&c)
	}
	conv, err := Open(c)
	if err != nil {
		d.t.Fatal(err)
	}
	return conv
}

// run lets so much time pass.
func (d *duo) run(long time.Duration) {
	over := false
	timer := d.clock.AfterFunc(long, func() { over = true })
	defer timer.Stop()
	for !over && d.clock.Step() {
		d.drain("a", d.a)
		d.drain("b", d.b)
	}
}

func (d *duo) drain(who string, c *Conversation) {
	if c == nil {
		return
	}
	for _, ev := range c.Drain() {
		d.tells(who, d.clock.Now().Sub(d.begun), ev)
	}
}

// both does f to each direction of the link.
func (d *duo) both(f func(*link.Link)) {
	d.lab.Do(link.Out, f)
	d.lab.Do(link.In, f)
}

// stop has c do nothing any more, as SIGSTOP does; its stack goes on.
func (d *duo) stop(c *Conversation) {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
}

// A peer whose program is stopped is told from one whose cable is cut: the
// kernel of the first goes on acknowledging what asks the program.
func TestTwoLights(t *testing.T) {
	for _, c := range []struct {
		name       string
		fall, rise func(d *duo)
		light      Light
	}{
		{"stopped", func(d *duo) { d.stop(d.b) }, nil, KernelAcks},
		{"cut", func(d *duo) { d.both((*link.Link).Cut) }, func(d *duo) { d.both((*link.Link).Heal) }, KernelSilent},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDuo(t, "delay 10ms", nil)
			var fell, rose time.Duration
			d.tells = func(who string, at time.Duration, ev Event) {
				n, ok := ev.(Notice)
				switch {
				case !ok || who != "a":
				case n.Code == NotePeerSilent && fell > 0:
					t.Errorf("told twice: %+v", n)
				case n.Code == NotePeerSilent:
					fell = at
					if n.Args[1] != c.light {
						t.Errorf("the kernel's light is %v, want %v", n.Args[1], c.light)
					}
				case n.Code == NotePeerBack:
					rose = at
				}
			}
			d.run(7 * time.Second)
			c.fall(d)
			d.run(30 * time.Second)
			l := d.a.Status().Legs[0]
			if fell == 0 || fell > 22*time.Second {
				t.Errorf("told at %v that the peer, silent since 7 s, does not answer", fell)
			}
			if l.Kernel != c.light || l.Silent < programSilent || l.TCP.State != segment.Established {
				t.Errorf("%v, silent %v, kernel %v", l.TCP.State, l.Silent, l.Kernel)
			}
			if c.rise == nil {
				return
			}
			c.rise(d)
			d.run(30 * time.Second)
			if l := d.a.Status().Legs[0]; rose == 0 || l.Silent >= programSilent || l.Kernel != KernelAcks {
				t.Errorf("it answers again: told at %v, silent %v, kernel %v", rose, l.Silent, l.Kernel)
			}
		})
	}
}

// Who has sent FIN can say nothing more, and is told so; what the other says
// still comes, as long as it keeps its half open.
func TestHalfClosedHears(t *testing.T) {
	d := newDuo(t, "delay 10ms", func(c *Config) { c.Hold = true })
	heard := ""
	d.tells = func(who string, _ time.Duration, ev Event) {
		if r, ok := ev.(Received); ok && who == "a" {
			heard += string(r.Messages[0].Text)
		}
	}
	d.run(time.Second)
	if err := d.a.Do(HalfClose{}); err != nil {
		t.Fatal(err)
	}
	d.run(time.Second)
	if s := d.a.Status().Legs[0].TCP.State; s != segment.FinWait2 {
		t.Fatalf("state %v", s)
	}
	if err := d.a.Send(Message{Row: 1, Text: []byte("x")}); !errors.Is(err, ErrHalfClosed) {
		t.Errorf("sending after FIN: %v", err)
	}
	if err := d.b.Send(Message{Row: 1, Text: []byte("still here")}); err != nil {
		t.Error(err)
	}
	d.run(time.Second)
	if heard != "still here" {
		t.Errorf("heard %q", heard)
	}
	d.b.Do(HalfClose{})
	d.run(time.Second)
	if err := d.a.Send(Message{Row: 1, Text: []byte("x")}); !errors.Is(err, ErrEnded) || errors.Is(err, ErrHalfClosed) {
		t.Errorf("after both FINs: %v", err)
	}
}
