// Package ui draws: values in, text out. One pane a file; each is a plain
// struct and a method Draw that returns exactly as many rows as asked, each
// exactly as many cells wide. There is no state here, no goroutine, no clock,
// no network and no Bubble Tea; what is kept from frame to frame (a View, a
// cache of wrapped lines) belongs to the caller.
//
// Foreign text is handed over raw or as a safe.Text, and always spelled out
// before it is drawn. All that is measured is measured by text.go and wrap.go.
package ui
