package transport

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"seqtalk/transport/link"
	"seqtalk/transport/segment"
	"seqtalk/transport/session"
)

// A diary is what one end of a duo was told.
type diary struct {
	heard   []string
	marks   map[uint64]Mark // the last of each row
	ups     int
	downs   []Cause
	resumed []Resumed
}

// diaries has d write down what both ends are told.
func (d *duo) diaries() map[string]*diary {
	all := map[string]*diary{"a": {marks: map[uint64]Mark{}}, "b": {marks: map[uint64]Mark{}}}
	d.tells = func(who string, _ time.Duration, ev Event) {
		x := all[who]
		switch ev := ev.(type) {
		case Received:
			for _, m := range ev.Messages {
				x.heard = append(x.heard, string(m.Text))
			}
		case Delivery:
			for _, f := range ev.Fates {
				if x.marks[f.Row] != Delivered {
					x.marks[f.Row] = ev.Mark
				}
			}
		case Up:
			x.ups++
		case Down:
			x.downs = append(x.downs, ev.Cause)
		case Resumed:
			x.resumed = append(x.resumed, ev)
		}
	}
	return all
}

func redials(c *Config) { c.Redial = true }

// sayAll has c say so many texts from number from on, and returns them.
func (d *duo) sayAll(c *Conversation, from, to int) (said []string) {
	d.t.Helper()
	for i := from; i <= to; i++ {
		said = append(said, fmt.Sprint(i))
		if err := c.Send(Message{Row: uint64(i), Text: []byte(said[i-from])}); err != nil {
			d.t.Fatalf("text %d: %v", i, err)
		}
	}
	return said
}

// Over any number of connections that are broken off by either end, at any
// moment, each text comes exactly once and in order, and is called delivered.
func TestResumeOverResets(t *testing.T) {
	const texts = 400
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := newDuo(t, "delay 20ms 5ms loss 5%", redials)
		told := d.diaries()
		said := map[*Conversation]int{}
		for said[d.a] < texts || said[d.b] < texts {
			for _, c := range []*Conversation{d.a, d.b} {
				if n := min(said[c]+r.IntN(20), texts); n > said[c] {
					d.sayAll(c, said[c]+1, n)
					said[c] = n
				}
			}
			d.run(time.Duration(r.IntN(400)) * time.Millisecond)
			if r.IntN(2) == 0 {
				d.b.Do(Abort{})
			}
		}
		d.run(time.Minute)
		var want []string
		for i := range texts {
			want = append(want, fmt.Sprint(i+1))
		}
		for who, x := range told {
			if !slices.Equal(x.heard, want) {
				t.Fatalf("seed %d: %s heard %v", seed, who, x.heard)
			}
			for row := range uint64(texts) {
				if x.marks[row+1] != Delivered {
					t.Fatalf("seed %d: row %d of %s is %v", seed, row+1, who, x.marks[row+1])
				}
			}
		}
		if a := told["a"]; a.ups < 5 || len(a.downs) != a.ups-1 {
			t.Errorf("seed %d: %d connections, %v", seed, a.ups, a.downs)
		}
	}
}

// A cable that is cut for longer than the stack bears is a lost connection. The
// dialer tries again at growing intervals, and says when; when the cable is mended
// the conversation goes on, for the listener too, which noticed nothing.
func TestResumeAfterCut(t *testing.T) {
	d := newDuo(t, "delay 20ms", redials)
	told := d.diaries()
	d.run(time.Second)
	d.sayAll(d.a, 1, 3)
	d.run(time.Second)
	d.both((*link.Link).Cut)
	d.sayAll(d.a, 4, 6)
	d.sayAll(d.b, 1, 2)
	d.run(30 * time.Minute)
	l := d.a.Status().Legs[0]
	if l.Up || l.Queued != 3 {
		t.Fatalf("after half an hour %+v", l)
	}
	if a := told["a"]; !slices.Equal(a.downs, []Cause{Lost}) || a.marks[4] != Queued || a.marks[3] != Delivered {
		t.Errorf("the loss was told as %v, marks %v", a.downs, a.marks)
	}
	d.both((*link.Link).Heal)
	d.run(5 * time.Minute)
	if got := told["b"].heard; !slices.Equal(got, []string{"1", "2", "3", "4", "5", "6"}) {
		t.Errorf("b heard %v", got)
	}
	if got := told["a"].heard; !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("a heard %v", got)
	}
	if got := told["a"].resumed; len(got) != 1 || !got[0].Same || got[0].Again != 3 {
		t.Errorf("a was told %+v", got)
	}
	if !d.a.Status().Legs[0].Up {
		t.Error("it is not up")
	}
}

// Waiting for the next try can be cut short, and given up; Connect goes on where
// it was left.
func TestRedialByHand(t *testing.T) {
	d := newDuo(t, "delay 20ms", redials)
	told := d.diaries()
	d.run(time.Second)
	d.sayAll(d.a, 1, 1)
	d.run(time.Second)
	port := d.a.Status().Legs[0].Local
	d.b.Do(Abort{})
	d.run(100 * time.Millisecond)
	if l := d.a.Status().Legs[0]; l.Retry <= 0 || l.Retry > redialFirst*5/4 {
		t.Fatalf("the next try is in %v", l.Retry)
	}
	d.sayAll(d.a, 2, 2)
	if err := d.a.Do(GiveUp{}); err != nil {
		t.Fatal(err)
	}
	d.run(time.Minute)
	if l := d.a.Status().Legs[0]; l.Up || l.Retry != 0 || l.Queued != 1 {
		t.Fatalf("given up, and yet %+v", l)
	}
	if err := d.a.Do(Connect{}); err != nil {
		t.Fatal(err)
	}
	d.run(time.Second)
	if got := told["b"].heard; !slices.Equal(got, []string{"1", "2"}) || d.a.Status().Legs[0].Local == port {
		t.Errorf("b heard %v", got)
	}
	d.b.Do(Abort{})
	d.run(100 * time.Millisecond)
	d.a.Do(Connect{})
	d.run(100 * time.Millisecond)
	if !d.a.Status().Legs[0].Up {
		t.Error("it was not dialed at once")
	}
	if err := d.a.Do(GiveUp{}); err == nil {
		t.Error("nothing was waited for, and it was given up")
	}
}

// A conversation that was ended is not dialed again.
func TestNoRedialAfterGoodbye(t *testing.T) {
	for name, end := range map[string]func(d *duo){
		"BYE":        func(d *duo) { d.b.Do(End{}) },
		"our BYE":    func(d *duo) { d.a.Do(End{}) },
		"half-close": func(d *duo) { d.b.Do(HalfClose{}) },
		"our RST":    func(d *duo) { d.a.Do(Abort{}) },
	} {
		d := newDuo(t, "delay 20ms", redials)
		told := d.diaries()
		d.run(time.Second)
		end(d)
		d.run(time.Minute)
		if told["a"].ups != 1 || len(told["a"].downs) != 1 || d.a.Status().Legs[0].Retry != 0 {
			t.Errorf("%s: %+v", name, told["a"])
		}
	}
}

// Whoever comes to a listener after a peer was lost may be somebody else: what was
// meant for the peer is kept for it, and goes to another only if that is asked for.
func TestAnotherInstance(t *testing.T) {
	for _, pipe := range []bool{false, true} {
		d := newDuo(t, "delay 20ms", func(c *Config) { c.Again = pipe })
		told := d.diaries()
		d.run(time.Second)
		d.both((*link.Link).Cut)
		d.sayAll(d.b, 1, 3)
		d.run(time.Second)
		d.stop(d.a)
		d.b.Do(Abort{})
		d.both((*link.Link).Heal)
		d.a = d.open(Config{Stack: d.lab.A(), Role: Dialer, Seed: 7}, nil)
		d.run(5 * time.Second)
		want := Resumed{Proto: segment.TCP, Kept: 3}
		if pipe {
			want = Resumed{Proto: segment.TCP, Again: 3}
		}
		got := told["b"].resumed
		if len(got) != 1 || got[0].Kept != want.Kept || got[0].Again != want.Again || got[0].Same {
			t.Fatalf("pipe %v: %+v", pipe, got)
		}
		if !pipe {
			if told["b"].marks[2] != Unknown || len(told["a"].heard) > 0 {
				t.Errorf("kept for another: %v, and yet it heard %v", told["b"].marks, told["a"].heard)
			}
			if err := d.b.Do(Again{}); err != nil {
				t.Fatal(err)
			}
			d.run(time.Second)
		}
		if got := told["a"].heard; !slices.Equal(got, []string{"1", "2", "3"}) || told["b"].marks[2] != Delivered {
			t.Errorf("pipe %v: heard %v, marks %v", pipe, got, told["b"].marks)
		}
		if err := d.b.Do(Again{}); err == nil {
			t.Error("the same was sent a second time")
		}
	}
}

// Without frames there is nothing to go on by: the connection is made again only
// where that was asked for, it is said, and nothing is sent twice.
func TestRedialRaw(t *testing.T) {
	for _, retry := range []bool{false, true} {
		d := newDuo(t, "delay 20ms", func(c *Config) { c.Redial, c.Retry, c.Wire = true, retry, session.Raw })
		told := d.diaries()
		noted := false
		tells := d.tells
		d.tells = func(who string, at time.Duration, ev Event) {
			n, ok := ev.(Notice)
			noted = noted || ok && n.Code == NoteRawAgain
			tells(who, at, ev)
		}
		d.run(time.Second)
		d.sayAll(d.a, 1, 1)
		d.run(time.Second)
		d.sayAll(d.a, 2, 2)
		d.b.Do(Abort{})
		d.run(10 * time.Second)
		if up := d.a.Status().Legs[0].Up; up != retry || noted != retry || len(told["a"].resumed) > 0 {
			t.Errorf("retry %v: up %v, said so %v, %+v", retry, up, noted, told["a"].resumed)
		}
		if got := told["b"].heard; !slices.Equal(got, []string{"1"}) {
			t.Errorf("retry %v: heard %q", retry, got)
		}
	}
}
