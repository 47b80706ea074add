package store_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// filled gives every field of a struct, however deep, a value of its own, so
// that a field which is not stored is missed when the struct is read back.
func filled(t *testing.T, target any) {
	t.Helper()
	n := 0
	fill(t, reflect.ValueOf(target).Elem(), &n)
}

func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	if _, ok := v.Interface().(time.Time); ok {
		// Milliseconds are kept, UTC is meant.
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*n) * (time.Hour + time.Millisecond))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("value-%d", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Array: // a uuid
		v.Index(0).SetUint(uint64(*n) % 256)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	default:
		t.Fatalf("cannot fill a %s", v.Type())
	}
}
