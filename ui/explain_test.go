package ui

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"seqtalk/ui/words"
)

// whole is all that e says.
func whole(e Explanation) string {
	s := e.Title + "\n" + e.Text + "\n" + e.Sum
	for _, x := range e.Then {
		s += "\n" + x.Title + "\n" + x.Text
	}
	return s
}

// explained fails unless e is at least two sentences with a reference to the
// standard that says so, none of them with a value left out.
func explained(t *testing.T, what string, l *Look, e Explanation) {
	t.Helper()
	ends := regexp.MustCompile(`[.;:)]( |$|\n)|[。；：]`)
	for _, x := range append([]Explanation{e}, e.Then...) {
		switch {
		case x.Title == "" || x.Text == "":
			t.Errorf("%s (%v): not explained: %+v", what, l.Lang, x)
		case len(ends.FindAllString(x.Text, -1)) < 2:
			t.Errorf("%s (%v): no two sentences: %q", what, l.Lang, x.Text)
		case strings.Contains(x.Text, "%!") || strings.Contains(x.Text, "%["):
			t.Errorf("%s (%v): a value is missing: %q", what, l.Lang, x.Text)
		}
	}
	if refs := e.refs(); refs == "" {
		t.Errorf("%s (%v): no reference: %q", what, l.Lang, e.Text)
	}
}

// Every arrow, whatever befell it, and every field of its header is explained.
func TestEveryArrowIsExplained(t *testing.T) {
	var all []Rung
	all = append(append(all, tcpStory()...), bothStory()...)
	for bit := Retransmission; bit <= badChecksum; bit <<= 1 {
		for _, n := range []int{0, 20} {
			r := tcpRung(time.Second, 0, n > 0, "P.", 9, 7, n)
			r.Remarks, r.Resent = bit, pick(bit&resent != 0, 2, 0)
			all = append(all, r)
		}
	}
	for way := Unseen; way <= Died; way++ {
		for _, flags := range []string{"S", "S.", ".", "P.", "F.", "R", "R."} {
			r := tcpRung(time.Second, 0, false, flags, 9, 7, pick(flags == "P.", 5, 0))
			r.Way, r.With, r.Rule = way, 3, pick(way == Died, "lost by loss 10%", "reordered by /swap")
			again, over := r, r
			again.Mended, over.Over = 300*time.Millisecond, true
			all = append(all, r, again, over)
		}
	}
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for i := range all {
			r := &all[i]
			e := r.Explain(l, i%2 == 0)
			if r.Proto == "" {
				continue
			}
			explained(t, fmt.Sprintf("arrow %+v", *r), l, e)
			d := SegmentBox{Rung: *r, Scale: 7}
			for _, f := range d.Fields(l) {
				x := f.Explain(l)
				explained(t, "field "+f.Name, l, x)
				if !strings.Contains(x.Text, f.Value) {
					t.Errorf("field %s: %q does not say what stands there, %q", f.Name, x.Text, f.Value)
				}
			}
		}
		d := boxSample()
		d.Header = append(d.Header[:20:20], 2, 4, 5, 80, 3, 3, 7, 1, 4, 2, 5, 10, 0, 0, 0, 9, 0, 0, 0, 12, 30, 3, 1, 0)
		d.Header[12] = byte(len(d.Header)/4) << 4
		kinds := map[string]bool{}
		for _, f := range d.Fields(l) {
			kinds[f.About.Title.In(words.English)] = true
			explained(t, "option "+f.Value, l, f.Explain(l))
		}
		if len(kinds) != 9+7-1 { // the fields, and the options: MSS, scale, SACK permitted, SACK, padding, another
			t.Errorf("%d kinds of fields: %v", len(kinds), kinds)
		}
	}
}

// Every way a message can fare side by side is explained.
func TestEveryPairIsExplained(t *testing.T) {
	all := pairSample()
	for mark := Queued; mark <= Failed; mark++ {
		for _, proto := range []string{"TCP", "UDP"} {
			for _, more := range []func(g *Passage){
				func(g *Passage) {}, func(g *Passage) { g.Here = true }, func(g *Passage) { g.Lost, g.Rule = true, "lost by cut" },
				func(g *Passage) { g.Died = true }, func(g *Passage) { g.OnWay = true }, func(g *Passage) { g.Resent = -1 },
			} {
				p := Pair{N: 1, Text: []byte("x")}
				g := pick(proto == "TCP", &p.TCP, &p.UDP)
				*g = Passage{Fate: Fate{Proto: proto, Mark: mark, After: time.Millisecond}}
				more(g)
				all = append(all, p)
			}
		}
	}
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for i := range all {
			e := all[i].Explain(l)
			if all[i].N > 0 && !(all[i].In && len(all[i].Text) > 0) && !strings.Contains(e.Text, "queue") && e.refs() != "" {
				explained(t, fmt.Sprintf("pair %+v", all[i]), l, e)
			}
		}
	}
}

// gaugeSamples are all gauges as something drawn and what explains it.
func gaugeSamples() map[string]struct {
	value any // a pointer to the pane's struct
	draw  func(l *Look) []string
	say   func(l *Look) Explanation
} {
	type sample = struct {
		value any
		draw  func(l *Look) []string
		say   func(l *Look) Explanation
	}
	all := map[string]sample{}
	link := &LinkRow{Spec: "delay 80ms loss 20%", Seed: 7, Slow: 4, Aims: "/drop 2"}
	all["link"] = sample{link, func(l *Look) []string { return []string{link.Draw(l, 200)} }, func(l *Look) Explanation { return link.Explain(l) }}
	for name, b := range map[string]*Buffer{
		"empty": {}, "unread": {Unread: 512}, "gap": {Slots: []Slot{{1, false, 10}}, Waits: 1},
		"waits": {Slots: []Slot{{6, false, 37}, {7, true, 49}, {8, true, 30}}, Waits: 6, Again: 180 * time.Millisecond},
		"frame": {Slots: []Slot{{7, true, 49}}, Frame: true, Again: 180 * time.Millisecond},
		"fast":  {Slots: []Slot{{6, false, 37}, {7, true, 49}}, Waits: 6, Fast: true},
	} {
		all["buffer "+name] = sample{b, func(l *Look) []string { return b.Draw(l, 200, 2) }, func(l *Look) Explanation { return b.Explain(l) }}
	}
	d := sideSample(200, 60)
	for k := range d.Balance.Tallies {
		t := &d.Balance.Tallies[k]
		all["balance "+t.Proto] = sample{t, func(l *Look) []string { return Balance{Tallies: []Tally{*t}}.Draw(l, 200, 2) }, func(l *Look) Explanation { return t.Explain(l) }}
	}
	lat := &d.Latencies
	all["latencies"] = sample{lat, func(l *Look) []string { return lat.Draw(l, 120, 6) }, func(l *Look) Explanation { return lat.Explain(l) }}
	g := graphSample(200, 60, 60)
	for _, which := range []Graph{OutGraph, InGraph, CwndGraph, RTTGraph, LatencyGraph} {
		one := g
		one.Which = which
		all[fmt.Sprint("graph ", which)] = sample{nil, one.Draw, func(l *Look) Explanation { return one.Explain(l, gaugeOf(which)) }}
	}
	r := rulerSample(RawWire, 200, 20)
	all["ruler"] = sample{nil, r.Draw, func(l *Look) Explanation { return r.Explain(l, GaugeRuler) }}
	all["datagrams"] = sample{nil, r.Draw, func(l *Look) Explanation { return r.Explain(l, GaugeDatagrams) }}
	return all
}

func TestEveryGaugeIsExplained(t *testing.T) {
	for _, lang := range goldenLangs {
		l := testLook(lang.lang)
		for name, s := range gaugeSamples() {
			explained(t, name, l, s.say(l))
		}
		explained(t, "no latencies", l, Latencies{}.Explain(l))
		explained(t, "no graphs", l, Graphs{}.Explain(l, GaugeCwnd))
		for _, size := range goldenSizes {
			side := sideSample(size[0], size[1])
			for _, p := range side.Gauges() {
				if e, ok := side.Explain(l, p.Gauge); !ok {
					t.Errorf("gauge %d is not explained", p.Gauge)
				} else {
					explained(t, fmt.Sprint("gauge ", p.Gauge), l, e)
				}
			}
		}
	}
}

// What is explained is what is drawn: a number that changes the picture changes
// the text.
func TestExplanationsFollowTheScreen(t *testing.T) {
	l := testLook(words.English)
	for name, s := range gaugeSamples() {
		if s.value == nil {
			continue
		}
		v := reflect.ValueOf(s.value).Elem()
		if v.Kind() == reflect.Struct {
			follows(t, name, v, func() string { return strings.Join(s.draw(l), "\n") }, func() string { return whole(s.say(l)) })
		}
	}
	for _, i := range []int{1, 2, 3, 4, 10, 12, 13} {
		p := pairSample()[i]
		draw := func() string {
			return strings.Join(SideBySide{Pairs: pairs{p}, W: 200, H: 3, Selected: None}.Draw(l, Latest), "\n")
		}
		follows(t, fmt.Sprint("pair ", i, " TCP"), reflect.ValueOf(&p.TCP).Elem(), draw, func() string { return whole(p.Explain(l)) })
		follows(t, fmt.Sprint("pair ", i, " UDP"), reflect.ValueOf(&p.UDP).Elem(), draw, func() string { return whole(p.Explain(l)) })
	}
	for i, r := range append(tcpStory(), bothStory()...) {
		if r.Proto == "" {
			continue
		}
		draw := func() string {
			d := Ladder{Rungs: ladder{r}, W: 120, H: 2, Selected: None, Until: None}
			return strings.Join(d.Draw(l, Latest), "\n")
		}
		var none []string // what no packet of its kind can have
		if r.Proto != "TCP" {
			none = []string{"Resent", "RTO", "Remarks"}
		} else if r.RTO == 0 {
			none = []string{"RTO"}
		}
		follows(t, fmt.Sprint("arrow ", i), reflect.ValueOf(&r).Elem(), draw, func() string { return whole(r.Explain(l, false)) }, none...)
	}
}

// follows changes each number of v in turn: where that changes what is drawn it
// must change what is said.
func follows(t *testing.T, name string, v reflect.Value, draw, say func() string, but ...string) {
	t.Helper()
	for i := range v.NumField() {
		f, drawn, said := v.Field(i), draw(), say()
		what := v.Type().Field(i).Name
		if slices.Contains(but, what) {
			continue
		}
		switch f.Kind() {
		case reflect.Int, reflect.Int64:
			was := f.Int()
			f.SetInt(was + 3*max(was/2, 1))
			if drawn != draw() && said == say() {
				t.Errorf("%s: %s changes the screen, but not what is said of it:\n%s", name, what, said)
			}
			f.SetInt(was)
		case reflect.Uint64, reflect.Uint16, reflect.Uint32:
			was := f.Uint()
			f.SetUint(was + 3)
			if drawn != draw() && said == say() {
				t.Errorf("%s: %s changes the screen, but not what is said of it:\n%s", name, what, said)
			}
			f.SetUint(was)
		case reflect.Float64:
			was := f.Float()
			f.SetFloat(was + 3)
			if drawn != draw() && said == say() {
				t.Errorf("%s: %s changes the screen, but not what is said of it:\n%s", name, what, said)
			}
			f.SetFloat(was)
		case reflect.Struct:
			follows(t, name+"."+what, f, draw, say)
		}
	}
}
