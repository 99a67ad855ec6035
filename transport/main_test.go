package transport

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing a test opened is left running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
