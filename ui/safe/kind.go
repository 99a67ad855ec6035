package safe

import "unicode"

// A kind is what is done with a character.
type kind uint8

const (
	plain   kind = iota // shown as it is
	hanging             // drawn on the character before it, or joining it to the next
	spelled             // never shown as itself
)

// kindOf says what is done with r.
//
// Not spelled: characters that Go's Unicode 15 does not know. Emoji of Unicode
// 16 and 17 are among them, and people send those.
func kindOf(r rune) kind {
	switch {
	case r < 0x20, 0x7F <= r && r < 0xA0: // C0, DEL, C1
		return spelled
	case r < 0x300:
		if r == 0xAD { // soft hyphen, the only format character here
			return spelled
		}
		return plain
	case 0x3400 <= r && r <= 0x9FFF, 0xAC00 <= r && r <= 0xD7A3, // Han, Hangul syllables
		0x2010 <= r && r <= 0x2027, 0x3000 <= r && r <= 0x3029, 0xFF01 <= r && r <= 0xFF60, // punctuation
		0x3041 <= r && r <= 0x3096, 0x30A0 <= r && r <= 0x30FF, // kana
		0x1F000 <= r && r <= 0x1FAFF: // emoji
		return plain // the tables agree, as the tests show; this is quicker
	case r == zwnj, r == zwj, r == vs15, r == vs16:
		return hanging
	case hides(r):
		return spelled
	case unicode.Is(unicode.M, r), unicode.Is(newMarks, r), unicode.Is(jamo, r):
		return hanging
	}
	return plain
}

const (
	zwnj = '\u200C' // Persian, Indic scripts
	zwj  = '\u200D' // and emoji families
	vs15 = '\uFE0E' // the emoji before it as text
	vs16 = '\uFE0F' // the text before it as emoji
)

// hides reports whether r, none of the four above, is invisible, commands the
// direction of text, or has no agreed picture.
func hides(r rune) bool {
	switch {
	case r == 0x2028, r == 0x2029: // line and paragraph separator
		return true
	case r == 0x2800: // braille without dots: a blank that is not a space
		return true
	case 0xE000 <= r && r <= 0xF8FF, r >= 0xF0000: // private use
		return true
	case 0xFDD0 <= r && r <= 0xFDEF, r&0xFFFE == 0xFFFE: // noncharacters
		return true
	}
	// Cf holds all twelve bidi controls and the tags. Spelling the tags costs
	// the flags of England, Scotland and Wales.
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// newMarks are the marks of Unicode 16 and 17, which Go's tables lack: without
// them they could be stacked without end. U+16D67 is a vowel sign that NFC
// joins to the letter before it.
// Source: General_Category of UnicodeData-17.0.0.
var newMarks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0897, Hi: 0x0897, Stride: 1},
		{Lo: 0x1ACF, Hi: 0x1ADD, Stride: 1},
		{Lo: 0x1AE0, Hi: 0x1AEB, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x10D69, Hi: 0x10D6D, Stride: 1},
		{Lo: 0x10EFA, Hi: 0x10EFC, Stride: 1},
		{Lo: 0x113B8, Hi: 0x113C0, Stride: 1},
		{Lo: 0x113C2, Hi: 0x113C5, Stride: 3},
		{Lo: 0x113C7, Hi: 0x113CA, Stride: 1},
		{Lo: 0x113CC, Hi: 0x113D0, Stride: 1},
		{Lo: 0x113D2, Hi: 0x113D2, Stride: 1},
		{Lo: 0x113E1, Hi: 0x113E2, Stride: 1},
		{Lo: 0x11B60, Hi: 0x11B67, Stride: 1},
		{Lo: 0x11F5A, Hi: 0x11F5A, Stride: 1},
		{Lo: 0x1611E, Hi: 0x1612F, Stride: 1},
		{Lo: 0x16D67, Hi: 0x16D67, Stride: 1},
		{Lo: 0x1E5EE, Hi: 0x1E5EF, Stride: 1},
		{Lo: 0x1E6E3, Hi: 0x1E6E3, Stride: 1},
		{Lo: 0x1E6E6, Hi: 0x1E6E6, Stride: 1},
		{Lo: 0x1E6EE, Hi: 0x1E6EF, Stride: 1},
		{Lo: 0x1E6F5, Hi: 0x1E6F5, Stride: 1},
	},
}

// jamo are the vowels and finals of Hangul written apart. They are letters, but
// they pile up on the syllable before them like marks, and after thirty of them
// x/text's NFC inserts a U+034F that nobody sent.
var jamo = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1161, Hi: 0x11FF, Stride: 1},
		{Lo: 0xD7B0, Hi: 0xD7FB, Stride: 1},
	},
}
