package model

import (
	"slices"

	"seqtalk/ui"
)

// gauges are the parts of the panes that are no lists, where they stand on the
// screen, in the order in which they are looked at.
func (m *Model) gauges() []ui.GaugePlace {
	var all []ui.GaugePlace
	add := func(x, y int, places []ui.GaugePlace) {
		for _, p := range places {
			p.X, p.Y = p.X+x, p.Y+y
			all = append(all, p)
		}
	}
	l := m.layout()
	if r := l.Main; m.paired() && !r.Empty() {
		y := r.Y
		if m.link.on {
			add(r.X, y, []ui.GaugePlace{{Gauge: ui.GaugeLink, W: r.W, H: 1}})
			y++
		}
		d := m.sidePane(r.W, r.H)
		add(r.X, y, d.Gauges())
	}
	r := l.Side
	switch {
	case r.Empty():
	case m.pane == paneGraphs:
		add(r.X, r.Y, m.graphPane(r).Gauges())
	case m.pane == paneRuler:
		y := r.Y
		for _, d := range m.rulers(r.W, r.H) {
			add(r.X, y, d.Gauges(m.look))
			y += d.H
		}
	}
	return all
}

// gaugeNow is the place of the gauge looked at among all; -1: it is not shown.
func (m *Model) gaugeNow() (all []ui.GaugePlace, i int) {
	all = m.gauges()
	return all, slices.IndexFunc(all, func(p ui.GaugePlace) bool { return p.Gauge == m.looking.gauge })
}

// lookAtGauge points at the i'th gauge; false: there is none.
func (m *Model) lookAtGauge(i int) bool {
	all := m.gauges()
	if i < 0 || i >= len(all) {
		return false
	}
	m.looking.leave()
	m.looking.gauge = all[i].Gauge
	return true
}

// belowLines is the first gauge that stands below the conversation.
func (m *Model) belowLines() int {
	if all := m.gauges(); len(all) > 0 && all[0].Gauge == ui.GaugeLink {
		return 1
	}
	return 0
}

// explainGauge says what the gauge looked at shows.
func (m *Model) explainGauge() (ui.Explanation, bool) {
	g, l := m.looking.gauge, m.layout()
	if _, i := m.gaugeNow(); i < 0 {
		return ui.Explanation{}, false
	}
	switch {
	case g == ui.GaugeLink:
		return m.linkRow().Explain(m.look), true
	case m.pane == paneGraphs:
		return m.graphPane(l.Side).Explain(m.look, g), true
	case m.pane == paneRuler:
		all := m.rulers(l.Side.W, l.Side.H)
		d := all[0]
		if g == ui.GaugeRulerIn || g == ui.GaugeDatagramsIn {
			d = all[len(all)-1]
		}
		return d.Explain(m.look, g), true
	}
	d := m.sidePane(l.Main.W, l.Main.H)
	return d.Explain(m.look, g)
}

// pointAtGauge marks the gauge looked at.
func (m *Model) pointAtGauge(rows []string) {
	if m.looking == nil || !m.looking.atGauge() {
		return
	}
	if all, i := m.gaugeNow(); i >= 0 {
		ui.PointAt(m.look, rows, all[i].X, all[i].Y)
	}
}
