// Package trial tries the whole program, as real processes, with what a hostile
// peer, a full disk, a dying process or a terminal can do to it. It is tests and
// nothing else; docs/TRUST.md says what each promises, and how often it was tried.
//
// Most of them are small here, so that they run every time. SEQTALK_TRIALS=full
// runs them in the numbers of docs/TRUST.md.
package trial
