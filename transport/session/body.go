package session

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// The bodies: CBOR arrays (RFC 8949) in core deterministic encoding (§4.2.1),
// and no other, so that one body has one form. A name is a text string, thus
// valid UTF-8; what somebody typed is a byte string.
type (
	helloBody struct {
		_         struct{} `cbor:",toarray"`
		Instance  uint64
		Session   uint64
		Protocols Protocols
		Nick      string
		Proof     uint64 // over UDP: a number that only who got our answer can know; on a stream: 0, or who goes on with a conversation has all up to the id before this number
	}
	nickBody struct {
		_    struct{} `cbor:",toarray"`
		Nick string
	}
	textBody struct {
		_      struct{} `cbor:",toarray"`
		ID     uint64
		Row    uint64
		More   bool
		SentAt int64 // Unix ms
		Text   []byte
	}
	receiptBody struct {
		_      struct{} `cbor:",toarray"`
		Upto   uint64
		Bitmap []byte // receipts.go says what it means
	}
	pingBody struct { // of PONG too
		_       struct{} `cbor:",toarray"`
		Highest uint64   // id sent
	}
	halfBody struct { // nothing more is to be said
		_ struct{} `cbor:",toarray"`
	}
	byeBody struct {
		_      struct{} `cbor:",toarray"`
		Reason Reason
	}
)

var (
	encode = must(cbor.EncOptions{
		Sort:          cbor.SortCoreDeterministic,
		ShortestFloat: cbor.ShortestFloat16,
		IndefLength:   cbor.IndefLengthForbidden,
		TagsMd:        cbor.TagsForbidden,
		NilContainers: cbor.NilContainerAsEmpty,
	}.EncMode())
	decode = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		MaxNestedLevels:   4,
		MaxArrayElements:  16,
		MaxMapPairs:       16,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options above contradict each other
	}
	return v
}

var errForm = errors.New("not in deterministic encoding (RFC 8949 §4.2.1)")

// appendBody appends v in CBOR.
func appendBody(p []byte, v any) []byte {
	return append(p, must(encode.Marshal(v))...)
}

// readBody reads p, all of it, into v, and refuses every other encoding of
// the same values: null for 0, long forms of short numbers.
func readBody(k kind, p []byte, v any) error {
	if err := decode.Unmarshal(p, v); err != nil {
		return fmt.Errorf("%v: %w", k, err)
	}
	if again, err := encode.Marshal(v); err != nil || !bytes.Equal(again, p) {
		return fmt.Errorf("%v: %w", k, errForm)
	}
	return nil
}

func readHello(p []byte) (helloBody, error) {
	var b helloBody
	if err := readBody(hello, p, &b); err != nil {
		return b, err
	}
	switch {
	case b.Instance == 0 || b.Session == 0:
		return b, fmt.Errorf("HELLO of instance %d, session %d: neither may be 0", b.Instance, b.Session)
	case len(b.Nick) > maxNick:
		return b, fmt.Errorf("HELLO with a name of %d octets, %d are allowed", len(b.Nick), maxNick)
	}
	return b, nil
}
