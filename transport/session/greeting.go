package session

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
)

// The greeting is what an auto dialer says first: one line that a person at
// nc, or a program that knows nothing of us, can bear.
//
//	seqtalk/1 0123456789abcdeffedcba9876543210\n
//	          session         instance
const (
	greetingWord = "seqtalk/1 "
	greetingLen  = len(greetingWord) + 32 + 1
)

func appendGreeting(p []byte, session, instance uint64) []byte {
	var ids [16]byte
	binary.BigEndian.PutUint64(ids[:], session)
	binary.BigEndian.PutUint64(ids[8:], instance)
	return append(hex.AppendEncode(append(p, greetingWord...), ids[:]), '\n')
}

// A match says whether octets are, are not, or may become something.
type match uint8

const (
	no match = iota
	maybe
	yes
)

// greeting reads the greeting that p begins with. Maybe: p is a part of one.
func greeting(p []byte) (session, instance uint64, m match) {
	n := min(len(p), greetingLen)
	for i, c := range p[:n] {
		switch {
		case i < len(greetingWord):
			if c != greetingWord[i] {
				return 0, 0, no
			}
		case i < greetingLen-1:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return 0, 0, no
			}
		case c != '\n':
			return 0, 0, no
		}
	}
	if n < greetingLen {
		return 0, 0, maybe
	}
	var ids [16]byte
	hex.Decode(ids[:], p[len(greetingWord):greetingLen-1]) // it was looked at above
	session, instance = binary.BigEndian.Uint64(ids[:]), binary.BigEndian.Uint64(ids[8:])
	if session == 0 || instance == 0 {
		return 0, 0, no
	}
	return session, instance, yes
}

// answer looks whether p begins with the HELLO frame of a stream that carries
// session, and instance if that is not 0. n is how long the frame is.
func answer(p []byte, session, instance uint64) (b helloBody, n int, m match) {
	begin := [...]byte{magic, version, modePlain, byte(hello), 0, 0, 0}
	if k := min(len(p), len(begin)); !bytes.Equal(p[:k], begin[:k]) {
		return b, 0, no
	}
	if len(p) < headerLen {
		return b, 0, maybe
	}
	if _, n, err := header(p, 0); err == nil {
		if len(p) < headerLen+n {
			return b, 0, maybe
		}
		b, err = readHello(p[headerLen : headerLen+n])
		if err == nil && b.Session == session && (instance == 0 || b.Instance == instance) {
			return b, headerLen + n, yes
		}
	}
	return b, 0, no
}

// A Kind is what a datagram is to somebody who has no state for its sender.
type Kind uint8

// The kinds.
const (
	KindText     Kind = iota // nothing of ours
	KindGreeting             // the greeting line of an auto dialer
	KindFrame                // a frame
)

// PeekSession tells which session a datagram belongs to. Of a frame only the
// header was looked at; its session is 0 if it is KindText.
func PeekSession(p []byte) (session uint64, kind Kind) {
	if len(p) == greetingLen {
		if session, _, m := greeting(p); m == yes {
			return session, KindGreeting
		}
	}
	if _, session, _, err := datagram(p); err == nil && session != 0 {
		return session, KindFrame
	}
	return 0, KindText
}

// Calls reports whether a datagram asks for a session, which may be a new one: a
// greeting, or a HELLO that is no answer. It tells whose call it is.
func Calls(p []byte) (session, instance uint64, ok bool) {
	if len(p) == greetingLen {
		if session, instance, m := greeting(p); m == yes {
			return session, instance, true
		}
	}
	k, session, body, err := datagram(p)
	if err != nil || session == 0 || k != hello {
		return 0, 0, false
	}
	b, err := readHello(body)
	if err != nil || b.Session != session || b.Protocols&answering != 0 {
		return 0, 0, false
	}
	return session, b.Instance, true
}

// Ours reports whether octets begin as a frame or as the greeting does.
func Ours(p []byte) bool {
	if len(p) == 0 {
		return false
	}
	_, _, m := greeting(p)
	return m != no || p[0] == magic
}
