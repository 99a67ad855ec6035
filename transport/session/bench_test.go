package session

import (
	"bytes"
	"testing"
)

var benchText = bytes.Repeat([]byte("x"), 52)

// benchmarkSend measures Send and NextOut, a message at a time.
func benchmarkSend(b *testing.B, w Wire, datagram bool) {
	p := newPair(datagram, w, w, 0)
	p.settle(t0)
	events(p.a)
	b.ReportAllocs()
	b.SetBytes(int64(len(benchText)))
	for i := 0; b.Loop(); i++ {
		if _, err := p.a.Send(t0, 0, benchText, false); err != nil {
			b.Fatal(err)
		}
		p.a.NextOut(t0)
		if w == Framed && i%1024 == 1023 { // a peer that keeps up
			session := uint64(0)
			if datagram {
				session = theSession
			}
			p.a.Input(t0, frameOf(receipt, session, &receiptBody{Upto: p.a.n.Sent}))
			for ok := true; ok; {
				_, ok = p.a.NextEvent()
			}
		}
	}
}

func BenchmarkSendLine(b *testing.B)            { benchmarkSend(b, Line, false) }
func BenchmarkSendFramed(b *testing.B)          { benchmarkSend(b, Framed, false) }
func BenchmarkSendFramedDatagrams(b *testing.B) { benchmarkSend(b, Framed, true) }

// benchmarkReceive measures Input of reads that hold the given number of
// messages, and NextEvent; b.N counts messages.
func benchmarkReceive(b *testing.B, w Wire, datagram bool, each int) {
	p := newPair(datagram, w, w, 0)
	p.settle(t0)
	events(p.b)
	b.ReportAllocs()
	b.SetBytes(int64(len(benchText)))
	var read []byte
	id := uint64(0)
	for n := 0; n < b.N; n += each {
		read = read[:0]
		for range each {
			id++
			switch {
			case w == Line:
				read = append(append(read, benchText...), '\n')
			default:
				session := uint64(0)
				if datagram {
					session = theSession
				}
				at := len(read)
				body := textBody{ID: id, SentAt: t0.UnixMilli(), Text: benchText}
				read = endFrame(appendText(beginFrame(read, text, session), &body), at)
			}
		}
		p.b.Input(t0, read)
		for range each {
			if e, _ := p.b.NextEvent(); len(e.(Received).Text) != len(benchText) {
				b.Fatal(e)
			}
		}
		p.b.NextOut(t0)
	}
}

func BenchmarkReceiveLine(b *testing.B)            { benchmarkReceive(b, Line, false, 1000) }
func BenchmarkReceiveLineSmall(b *testing.B)       { benchmarkReceive(b, Line, false, 1) }
func BenchmarkReceiveFramed(b *testing.B)          { benchmarkReceive(b, Framed, false, 700) }
func BenchmarkReceiveFramedSmall(b *testing.B)     { benchmarkReceive(b, Framed, false, 1) }
func BenchmarkReceiveFramedDatagrams(b *testing.B) { benchmarkReceive(b, Framed, true, 1) }

// TestAllocations: in steady state none for a message that goes, nor for its
// receipt, nor for one that comes.
func TestAllocations(t *testing.T) {
	for _, w := range []Wire{Line, Framed} {
		for _, datagram := range []bool{false, true} {
			p := newPair(datagram, w, w, 0)
			p.settle(t0)
			events(p.b)
			var sent [][]byte
			send := testing.AllocsPerRun(2000, func() {
				p.a.Send(t0, 0, benchText, false)
				o, _ := p.a.NextOut(t0)
				sent = append(sent, o.Octets)
			})
			receive := testing.AllocsPerRun(2000, func() {
				p.b.Input(t0, sent[0])
				if r, ok := p.b.NextReceived(); !ok || len(r.Text) != len(benchText) {
					t.Fatal(r)
				}
				sent = sent[1:]
			})
			confirm := 0.0
			if w == Framed {
				upto, session := uint64(0), uint64(0)
				if datagram {
					session = theSession
				}
				var octets []byte
				confirm = testing.AllocsPerRun(2000, func() {
					upto++
					octets = endFrame(appendReceipt(beginFrame(octets[:0], receipt, session), &receiptBody{Upto: upto}), 0)
					p.a.Input(t0, octets)
					if d, ok := p.a.NextDelivered(); !ok || d.ID != upto {
						t.Fatal(d)
					}
				})
			}
			if send+receive+confirm > 0 {
				t.Errorf("%v, datagram %v: %v to send, %v to receive, %v to be confirmed", w, datagram, send, receive, confirm)
			}
		}
	}
}
