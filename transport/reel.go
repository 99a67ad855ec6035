package transport

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"seqtalk/transport/journal"
	"seqtalk/transport/segment"
)

// How far ahead of what is played a capture is read, to know the text of a
// message when its first bytes leave.
const (
	aheadPackets = 256
	aheadBytes   = 4 << 20
)

// A sighting is a packet of a capture as one end saw it.
type sighting struct {
	at       time.Time
	side     int // 0 this end, 1 the other, where both are there
	s        segment.Segment
	payload  []byte
	lab      bool // it crossed an emulated link
	bent     bool // its checksum is wrong: its receiver threw it away
	utters   []utterance
	released bool // it is played
}

// cut reports that not all of a datagram is there.
func (v *sighting) cut() bool { return len(v.payload) < v.s.Len || v.s.Fragment }

// A cast says who takes part in a capture.
type cast struct {
	own     bool // the file is one of ours
	pair    bool // both ends of an emulated link are in it: interface 0 and 1
	labs    [journal.MaxInterfaces]bool
	servers map[segment.Proto]netip.AddrPort // of somebody else's file: whose conversations are shown
	mirror  bool                             // that file has each packet twice: as it left, and as it came
	end     bool                             // it says itself which of its packets were sent there
}

// A footage reads the packets of a capture that matter.
type footage struct {
	file *journal.CaptureReader
	cast cast
	last time.Time
	left int                             // packets that do not matter
	sent map[crossingKey]segment.Segment // of a pair: on their way
}

// A crossingKey names a packet on an emulated link.
type crossingKey struct {
	proto segment.Proto
	from  int
	id    uint64
}

// maxCrossing is how many packets are remembered while they are on their way.
const maxCrossing = 1 << 15

func openFootage(path string, c cast) (*footage, error) {
	file, err := journal.OpenCapture(path)
	if err != nil {
		return nil, err
	}
	return &footage{file: file, cast: c, sent: map[crossingKey]segment.Segment{}}, nil
}

// next is the next packet that matters.
func (f *footage) next() (*sighting, error) {
	for {
		p, err := f.file.Next()
		if err != nil {
			return nil, err
		}
		if v := f.take(&p); v != nil {
			if v.at = v.s.At; v.at.Before(f.last) {
				v.at, v.s.At = f.last, f.last // time does not run backwards
			}
			f.last = v.at
			return v, nil
		}
		f.left++
	}
}

// take makes a sighting of p; nil if it does not matter.
func (f *footage) take(p *journal.Packet) *sighting {
	s, payload, err := segment.Parse(p.IP)
	v := &sighting{lab: f.cast.labs[p.Interface]}
	about, known := fateOf(p.Comment)
	if f.cast.pair {
		v.side = p.Interface & 1
	}
	if err != nil && !(known && f.cast.pair) {
		return nil
	}
	s.At, s.Dir = p.At, p.Dir
	v.bent = v.lab && !segment.Intact(p.IP)
	switch {
	case f.cast.own && !p.Directed:
		return nil
	case !f.cast.own && !f.dir(&s, payload, p):
		return nil
	case s.Fragment && s.Src.Port() == 0 && !v.lab:
		return nil
	}
	if v.lab && known {
		if !f.fate(v, &s, about, p.OrigLen) {
			return nil
		}
	} else if err != nil {
		return nil
	}
	if v.s = s; s.Stage != segment.Arrived || !f.cast.pair {
		v.s.Octets = slices.Clone(segment.Kept(p.IP))
	}
	v.payload = slices.Clone(payload)
	return v
}

// fate fills s with what the link made of it. What came to the other side of a
// pair is what was sent there: bits may have been turned on its way.
func (f *footage) fate(v *sighting, s *segment.Segment, about segment.Segment, size int) bool {
	s.ID, s.Copy, s.Fate, s.Rule = about.ID, about.Copy, about.Fate, about.Rule
	s.Stage = segment.Sent
	switch {
	case s.Dir == segment.In:
		s.Stage = segment.Arrived
	case !f.cast.pair && s.Fate != segment.FateLost && s.Fate != segment.FateOverflowed:
		s.Stage = segment.Unstaged // the other side is not in the file
	}
	if !f.cast.pair {
		return true
	}
	key := crossingKey{s.Proto, v.side, s.ID}
	if s.Stage == segment.Sent {
		if len(f.sent) >= maxCrossing {
			clear(f.sent)
		}
		f.sent[key] = *s
		return true
	}
	key.from = 1 - v.side
	was, ok := f.sent[key]
	if !ok && v.bent { // its protocol may be what was bent
		for _, key.proto = range []segment.Proto{segment.TCP, segment.UDP} {
			if was, ok = f.sent[key]; ok && was.Size == size {
				break
			}
		}
	}
	if v.bent && ok {
		at := s.At
		*s = was
		s.At, s.Dir, s.Stage, s.Copy = at, segment.In, segment.Arrived, about.Copy
	}
	return ok || !v.bent
}

// fateOf reads the comment that a Recording writes beside a packet of a link:
// "[duplicate, ]FATE (packet N)[, delayed D ms]".
func fateOf(comment string) (s segment.Segment, ok bool) {
	const longest = 300
	if len(comment) > longest || strings.ContainsFunc(comment, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s, false
	}
	at := strings.LastIndex(comment, " (packet ")
	if at < 0 {
		return s, false
	}
	rest, _, ok := strings.Cut(comment[at+len(" (packet "):], ")")
	id, err := strconv.ParseUint(rest, 10, 64)
	if !ok || err != nil || id == 0 {
		return s, false
	}
	s.ID = id
	fate, copied := strings.CutPrefix(comment[:at], "duplicate, ")
	if copied {
		s.Copy = 1
	}
	switch s.Rule = fate; {
	case fate == segment.FateOK:
		s.Rule, s.Fate = "", segment.FateOK
	case fate == "dropped by you (/drop)":
		s.Rule, s.Fate = "lost by /drop", segment.FateLost
	case strings.HasPrefix(fate, segment.FateLost) && (strings.Contains(fate, "queue full") || strings.Contains(fate, "packets under way")):
		s.Fate = segment.FateOverflowed
	default:
		var words []string
		for part := range strings.SplitSeq(fate, ", ") {
			word, _, _ := strings.Cut(part, " ")
			words = append(words, word)
		}
		s.Fate = strings.Join(words, ", ")
	}
	return s, true
}

// dir decides about a packet of somebody else's capture: whether it is of the
// conversation that is shown, and which way it goes, as this end sees it.
func (f *footage) dir(s *segment.Segment, payload []byte, p *journal.Packet) bool {
	src, dst, proto := s.Src, s.Dst, s.Proto
	back := false
	if proto == segment.ICMP || proto == segment.ICMPv6 {
		about, _, err := segment.Parse(payload)
		if err != nil {
			return false
		}
		src, dst, proto, back = about.Src, about.Dst, about.Proto, true
	}
	server, ok := f.cast.servers[proto]
	if !ok || src != server && dst != server {
		return false
	}
	switch {
	case f.cast.mirror && p.Dir == segment.In:
		return false
	case f.cast.end && !f.cast.mirror:
		s.Dir = p.Dir
	case (dst == server) != back:
		s.Dir = segment.Out
	default:
		s.Dir = segment.In
	}
	return true
}

func (f *footage) close() { f.file.Close() }

// A flowName names a conversation, its addresses in order.
type flowName struct {
	proto segment.Proto
	a, b  netip.AddrPort
}

// A flowSeen is a conversation of somebody else's capture.
type flowSeen struct {
	proto   segment.Proto
	server  netip.AddrPort
	packets int
	octets  int
	syn     bool
	first   netip.AddrPort // who spoke first
	left    [2]bool        // packets marked as sent, from first and to it
	marked  int            // packets that say which way they went
}

// mostFlows is how many conversations of a capture are told apart.
const mostFlows = 4096

// scanCapture looks at all packets: whose they are, how many, and from when to
// when.
func (c *cue) scanCapture() error {
	if err := c.choose(); err != nil {
		return err
	}
	f, err := openFootage(c.path, c.cast)
	if err != nil {
		return err
	}
	defer f.close()
	for {
		v, err := f.next()
		if err != nil {
			if err != io.EOF {
				c.fault = err
			}
			break
		}
		c.saw(v.at)
		c.has(v.s.Proto)
	}
	c.left = f.left + f.file.Skipped()
	return nil
}

// choose finds out what kind of capture it is and, of somebody else's, which
// conversation is shown: the one with the most text, and over the other protocol
// what has the same end that was called.
func (c *cue) choose() error {
	file, err := journal.OpenCapture(c.path)
	if err != nil {
		return err
	}
	defer file.Close()
	flows, order := map[flowName]*flowSeen{}, []*flowSeen(nil)
	for {
		p, err := file.Next()
		if len(order) == 0 && c.castOwn(file.Interfaces()) {
			return nil
		}
		if err != nil {
			var format *journal.FormatError
			if err != io.EOF && !errors.As(err, &format) {
				return err
			}
			break
		}
		if fl := flowFor(flows, &order, &p); fl != nil {
			fl.see(&p)
		}
	}
	c.cast.servers = map[segment.Proto]netip.AddrPort{}
	main := most(order, func(*flowSeen) bool { return true })
	if main == nil {
		return nil
	}
	c.cast.servers[main.proto] = main.server
	other := most(order, func(f *flowSeen) bool { return f.proto != main.proto && f.server == main.server })
	if other != nil {
		c.cast.servers[other.proto] = other.server
	}
	c.cast.end = main.marked == main.packets
	c.cast.mirror = c.cast.end && main.left[0] && main.left[1]
	return nil
}

// castOwn recognises a file of ours by its interfaces.
func (c *cue) castOwn(all []journal.Interface) bool {
	names := func(a, b string) bool {
		return len(all) == 2 && all[0].Name == a && all[1].Name == b && all[0].Link == journal.LinkRaw && all[1].Link == journal.LinkRaw
	}
	switch {
	case names("kernel", "lab"):
		c.cast = cast{own: true}
		c.cast.labs[1] = true
	case names("A", "B"):
		c.cast = cast{own: true, pair: true}
		c.cast.labs[0], c.cast.labs[1] = true, true
	default:
		return false
	}
	return true
}

// flowFor is the conversation of p; nil if it has none.
func flowFor(flows map[flowName]*flowSeen, order *[]*flowSeen, p *journal.Packet) *flowSeen {
	s, payload, err := segment.Parse(p.IP)
	if err != nil || s.Src.Port() == 0 || s.Proto != segment.TCP && s.Proto != segment.UDP {
		return nil
	}
	key := flowName{s.Proto, s.Src, s.Dst}
	if s.Dst.Compare(s.Src) < 0 {
		key = flowName{s.Proto, s.Dst, s.Src}
	}
	fl := flows[key]
	if fl == nil {
		if len(*order) == mostFlows {
			return nil
		}
		fl = &flowSeen{proto: s.Proto, first: s.Src, server: s.Dst}
		if s.Proto == segment.TCP && s.Flags&(segment.SYN|segment.ACK) == segment.SYN|segment.ACK {
			fl.server = s.Src
		}
		flows[key] = fl
		*order = append(*order, fl)
	}
	fl.octets += len(payload)
	return fl
}

// see counts p.
func (fl *flowSeen) see(p *journal.Packet) {
	fl.packets++
	s, _, _ := segment.Parse(p.IP)
	if s.Flags&(segment.SYN|segment.ACK) == segment.SYN && !fl.syn {
		fl.syn, fl.server = true, s.Dst
	}
	if !p.Directed {
		return
	}
	fl.marked++
	if p.Dir == segment.Out {
		way := 1
		if s.Src == fl.first {
			way = 0
		}
		fl.left[way] = true
	}
}

// most is the conversation with the most text among those wanted.
func most(all []*flowSeen, wanted func(*flowSeen) bool) (best *flowSeen) {
	for _, f := range all {
		if wanted(f) && (best == nil || f.octets > best.octets || f.octets == best.octets && f.packets > best.packets) {
			best = f
		}
	}
	return best
}

// A filmed is the reel of a capture.
type filmed struct {
	footage *footage
	scouts  scouts
	ahead   []*sighting
	held    int // octets of payload in ahead
	ended   error
	teller  *retelling
}

func openFilmed(c *cue) (reel, error) {
	f, err := openFootage(c.path, c.cast)
	if err != nil {
		return nil, err
	}
	r := &filmed{footage: f, scouts: newScouts(), teller: newRetelling(c)}
	r.fill()
	return r, nil
}

// fill reads ahead.
func (r *filmed) fill() {
	for r.ended == nil && len(r.ahead) < aheadPackets && r.held < aheadBytes {
		v, err := r.footage.next()
		if err != nil {
			r.ended = err
			r.scouts.end()
			return
		}
		r.scouts.see(v)
		r.ahead = append(r.ahead, v)
		r.held += len(v.payload)
	}
}

// next implements reel.
func (r *filmed) next() (moment, error) {
	if len(r.ahead) == 0 {
		return moment{}, r.ended
	}
	v := r.ahead[0]
	r.ahead[0] = nil
	r.ahead = r.ahead[1:]
	r.held -= len(v.payload)
	v.released = true
	evs := r.teller.tick(v.at)
	r.teller.see(v)
	r.fill()
	return moment{v.at, append(evs, r.teller.take()...)}, nil
}

// peek implements reel.
func (r *filmed) peek() time.Time {
	if len(r.ahead) == 0 {
		return r.footage.last
	}
	return r.ahead[0].at
}

func (r *filmed) due() time.Time              { return r.teller.due() }
func (r *filmed) tick(now time.Time) []Event  { return r.teller.tick(now) }
func (r *filmed) status(now time.Time) Status { return r.teller.status(now) }
func (r *filmed) close()                      { r.footage.close() }
