package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"seqtalk/transport/segment"
)

// members are all that a record can have. They are of one level: a value that
// is itself an object or a list fits none of them.
type members struct {
	Type     string         `json:"type"`
	At       int64          `json:"at_ms"`
	Proto    string         `json:"proto"`
	Dir      string         `json:"dir"`
	ID       uint64         `json:"id"`
	Row      uint64         `json:"row"`
	Instance string         `json:"instance"`
	Text     *string        `json:"text"`
	TextB64  *string        `json:"text_b64"`
	Bytes    uint32         `json:"bytes"`
	First    uint64         `json:"first"`
	Last     uint64         `json:"last"`
	SentAt   int64          `json:"sent_at_ms"`
	More     bool           `json:"more"`
	Partial  bool           `json:"partial"`
	Dup      bool           `json:"dup"`
	Late     bool           `json:"late"`
	Mark     string         `json:"mark"`
	AfterUS  uint64         `json:"after_us"`
	Error    string         `json:"error"`
	State    string         `json:"state"`
	Local    netip.AddrPort `json:"local"`
	Peer     netip.AddrPort `json:"peer"`
	Nick     string         `json:"nick"`
	Wire     string         `json:"wire"`
	Cause    string         `json:"cause"`
	Torn     uint32         `json:"torn_bytes"`
	Missing  uint64         `json:"missing"`
	Since    int64          `json:"since_ms"`
	Records  uint64         `json:"records"`
}

// decode reads a line, without its newline.
func decode(line []byte) (Record, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("not UTF-8")
	}
	if err := flat(line); err != nil {
		return nil, err
	}
	var m members
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one object")
	}
	return m.record()
}

// record makes of m what its type says.
func (m *members) record() (Record, error) {
	proto, err := m.protocol()
	if err != nil {
		return nil, err
	}
	at := milli(m.At)
	switch m.Type {
	case "message":
		return m.message(at, proto)
	case "delivery":
		return Delivery{
			At: at, Proto: proto, ID: m.ID, Row: m.Row, Mark: m.Mark, Octets: m.octets(),
			After: time.Duration(min(m.AfterUS, maxMicros)) * time.Microsecond, First: m.First, Last: m.Last, Error: m.Error,
		}, nil
	case "state":
		instance, err := m.instance()
		return State{
			At: at, Proto: proto, State: m.State, Local: m.Local, Peer: m.Peer,
			Instance: instance, Nick: m.Nick, Wire: m.Wire, Cause: m.Cause,
		}, err
	case "notice":
		text := ""
		if m.Text != nil {
			text = *m.Text
		}
		return Notice{At: at, Proto: proto, Text: text}, nil
	case "recovered":
		return Recovered{At: at, TornBytes: int64(m.Torn)}, nil
	case "gap":
		return Gap{At: at, Missing: m.Missing, Since: milli(m.Since)}, nil
	case "unsynced":
		return Unsynced{At: at, Records: m.Records}, nil
	}
	return nil, fmt.Errorf("a record of type %q", m.Type)
}

func (m *members) message(at time.Time, proto segment.Proto) (Record, error) {
	out := Message{
		At: at, Proto: proto, ID: m.ID, Row: m.Row, Octets: m.octets(), First: m.First, Last: m.Last,
		SentAt: clampMilli(m.SentAt), More: m.More, Partial: m.Partial, Dup: m.Dup, Late: m.Late,
	}
	switch m.Dir {
	case "in":
		out.Dir = segment.In
	case "out":
	default:
		return nil, fmt.Errorf("a message of direction %q", m.Dir)
	}
	var err error
	if out.Instance, err = m.instance(); err != nil {
		return nil, err
	}
	out.Text, err = m.content()
	return out, err
}

// content is the text of a message, of which there must be one.
func (m *members) content() ([]byte, error) {
	switch {
	case (m.Text == nil) == (m.TextB64 == nil):
		return nil, errors.New(`a message has either "text" or "text_b64"`)
	case m.Text != nil:
		return []byte(*m.Text), nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(*m.TextB64)
	if err != nil {
		return nil, fmt.Errorf("text_b64: %w", err)
	}
	return b, nil
}

func (m *members) octets() int { return int(min(m.Bytes, maxOctets)) }

func (m *members) instance() (uint64, error) {
	if m.Instance == "" {
		return 0, nil
	}
	v, err := strconv.ParseUint(m.Instance, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("an instance is 64 bits in hex, not %q", m.Instance)
	}
	return v, nil
}

func (m *members) protocol() (segment.Proto, error) {
	if m.Proto == "" {
		return 0, nil
	}
	for _, p := range []segment.Proto{segment.TCP, segment.UDP, segment.ICMP} {
		if m.Proto == p.String() {
			return p, nil
		}
	}
	return 0, fmt.Errorf("a protocol %q", m.Proto)
}

func milli(ms int64) time.Time { return time.UnixMilli(clampMilli(ms)).UTC() }

// flat refuses what encoding/json would let pass: values within values, a name
// that comes twice, and names in other spellings. It checks no more of the
// syntax than it needs.
func flat(line []byte) error {
	var names [][]byte
	depth := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '[', '{':
			if depth++; depth > 1 {
				return errors.New("values within values")
			}
		case '"':
			s := quoted(line[i+1:])
			i += len(s) + 1
			if !bytes.HasPrefix(bytes.TrimLeft(line[min(i+1, len(line)):], " \t\r"), []byte(":")) {
				continue
			}
			if !plainName(s) {
				return fmt.Errorf("unknown field %q", s)
			}
			for _, n := range names {
				if bytes.Equal(n, s) {
					return fmt.Errorf("%q comes twice", s)
				}
			}
			names = append(names, s)
		}
	}
	return nil
}

// quoted is what of b stands before the quote that ends a string.
func quoted(b []byte) []byte {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[:i]
		}
	}
	return b
}

func plainName(s []byte) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
