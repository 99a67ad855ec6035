package plain

import "io"

// outletSize is how much waits for a writer before reading stops.
const outletSize = 64 << 10

// An outlet collects output in buf while its goroutine writes what it was
// given, so that a slow reader of our output does not make us deaf to signals.
type outlet struct {
	buf    []byte        // collected; the owner's
	give   chan []byte   // to the goroutine; closed by close
	free   chan []byte   // written, to be used again
	failed chan struct{} // closed when a write has failed
	done   chan struct{} // closed when all is written
}

func newOutlet(w io.Writer) *outlet {
	o := &outlet{
		give:   make(chan []byte),
		free:   make(chan []byte, 2),
		failed: make(chan struct{}),
		done:   make(chan struct{}),
	}
	go o.write(w)
	return o
}

func (o *outlet) write(w io.Writer) {
	defer close(o.done)
	bad := false
	for b := range o.give {
		if bad {
			continue
		}
		if _, err := w.Write(b); err != nil {
			bad = true
			close(o.failed)
		}
		select {
		case o.free <- b[:0]:
		default:
		}
	}
}

func (o *outlet) full() bool { return len(o.buf) >= outletSize }

// ready is where buf is to be sent to; nil if there is nothing to write.
func (o *outlet) ready() chan<- []byte {
	if len(o.buf) == 0 {
		return nil
	}
	return o.give
}

// given says that buf was sent.
func (o *outlet) given() {
	select {
	case o.buf = <-o.free:
	default:
		o.buf = nil
	}
}

// close writes what is left and waits until that is done, or until stop.
func (o *outlet) close(stop <-chan struct{}) {
	if len(o.buf) > 0 {
		select {
		case o.give <- o.buf:
		case <-stop:
		}
		o.buf = nil
	}
	close(o.give)
	select {
	case <-o.done:
	case <-stop:
	}
}
