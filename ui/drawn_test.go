package ui

import (
	"reflect"
	"testing"
)

// A rung that differs in anything is drawn anew.
func TestSameRung(t *testing.T) {
	if a, b := (Rung{Texts: [][]byte{[]byte("x")}}), (Rung{Texts: [][]byte{[]byte("x")}}); !a.same(&b) {
		t.Error("the same rung is another")
	}
	of := reflect.TypeFor[Rung]()
	for i := range of.NumField() {
		var a, b Rung
		f := reflect.ValueOf(&b).Elem().Field(i)
		switch f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.String:
			f.SetString("x")
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case reflect.Array:
			f.Index(1).SetBool(true)
		case reflect.Int, reflect.Int64:
			f.SetInt(1)
		default:
			f.SetUint(1)
		}
		if a.same(&b) {
			t.Errorf("another %s is the same", of.Field(i).Name)
		}
	}
}
