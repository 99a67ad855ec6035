package link

import (
	"fmt"
	"time"
)

// A Preset is a link known by name.
type Preset struct {
	Name   string
	Spec   Spec   // In is the download, Out the upload
	Source string // whose figures they are
}

const (
	// Delays, rates and losses of each direction as published.
	nlc     = "Apple Network Link Conditioner (as in pion/transport #141)"
	loadero = "wiki.loadero.com, network conditions"
	// Comcast sets netem on what one interface sends, so a round trip meets its
	// latency once: half of it stands in each direction here. Loss and rate are
	// those of the link, the same in both.
	comcast = "github.com/tylertreat/comcast, README; latency halved over the two directions"
)

const ms = time.Millisecond

// presets in the order of their speed.
var presets = []Preset{
	{"off", both(Params{}), "a perfect link"},
	{"wifi", Spec{
		Out: Params{Delay: 1 * ms, Rate: 33e6},
		In:  Params{Delay: 1 * ms, Rate: 40e6}}, nlc},
	// Bursts of 5 packets in which everything is lost, 9 % in all: a microwave oven
	// or a far corner. After the Gilbert model; no published profile has bursts.
	{"lossy-wifi", Spec{
		Out: Params{Delay: 5 * ms, Jitter: 3 * ms, Burst: Gemodel{2, 20}, Rate: 33e6},
		In:  Params{Delay: 5 * ms, Jitter: 3 * ms, Burst: Gemodel{2, 20}, Rate: 40e6}},
		"ours: wifi, with jitter and loss in bursts"},
	{"4g", Spec{
		Out: Params{Delay: 45 * ms, Jitter: 15 * ms, Loss: 0.2, Rate: 50e6},
		In:  Params{Delay: 45 * ms, Jitter: 5 * ms, Loss: 0.2, Rate: 100e6}}, loadero},
	{"lte", Spec{
		Out: Params{Delay: 65 * ms, Rate: 10e6},
		In:  Params{Delay: 50 * ms, Rate: 50e6}}, nlc},
	{"starlink", both(Params{Delay: 10 * ms, Loss: 2.5}), comcast},
	{"dsl", Spec{
		Out: Params{Delay: 5 * ms, Rate: 256e3},
		In:  Params{Delay: 5 * ms, Rate: 2e6}}, nlc},
	{"dsl-poor", both(Params{Delay: 35 * ms, Loss: 2, Rate: 2e6}), comcast},
	{"hsdpa", both(Params{Delay: 125 * ms, Loss: 1.5, Rate: 750e3}), comcast},
	{"3g", Spec{
		Out: Params{Delay: 100 * ms, Rate: 330e3},
		In:  Params{Delay: 100 * ms, Rate: 780e3}}, nlc},
	// A geostationary satellite: four times 35,786 km at the speed of light are
	// 477 ms, coding and scheduling make it 600. (Comcast's 1500 ms came in as
	// "exaggerated latency" and went again.)
	{"satellite", Spec{
		Out: Params{Delay: 300 * ms, Rate: 256e3},
		In:  Params{Delay: 300 * ms, Rate: 1e6}}, "ours: the distance; rates of " + loadero},
	{"edge", Spec{
		Out: Params{Delay: 440 * ms, Rate: 200e3},
		In:  Params{Delay: 400 * ms, Rate: 240e3}}, nlc},
	{"gprs", both(Params{Delay: 250 * ms, Loss: 2, Rate: 50e3}), comcast},
	{"dial-up", both(Params{Delay: 92500 * time.Microsecond, Loss: 2, Rate: 40e3}), comcast},
	{"very-bad", both(Params{Delay: 500 * ms, Loss: 10, Rate: 1e6}), nlc},
	{"100-loss", both(Params{Loss: 100}), nlc},
}

func both(p Params) Spec { return Spec{Out: p, In: p} }

// Presets returns all of them, "off" first.
func Presets() []Preset { return append([]Preset(nil), presets...) }

// Preset returns the name of the preset that s is, whatever its seed; empty if
// it is none.
func (s Spec) Preset() string {
	for _, p := range presets {
		if p.Spec.Out == s.Out && p.Spec.In == s.In {
			return p.Name
		}
	}
	return ""
}

// String is a line for a list: "3g  out delay 100ms … in …".
func (p Preset) String() string { return fmt.Sprintf("%-10s  %v", p.Name, p.Spec) }

func findPreset(name string) (Preset, bool) {
	for _, p := range presets {
		if p.Name == name {
			return p, true
		}
	}
	return Preset{}, false
}
