package form

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Stripe's error codes for a parameter that does not fit.
const (
	CodeUnknown        = "parameter_unknown"
	CodeMissing        = "parameter_missing"
	CodeInvalidInteger = "parameter_invalid_integer"
	CodeInvalidEmpty   = "parameter_invalid_empty"
)

// Error is a parameter that does not fit the operation.
type Error struct {
	Code    string // empty where Stripe gives none
	Param   string // the path as it was sent, such as items[0][price]
	Message string
}

func (e *Error) Error() string { return e.Message }

// decoder is implemented by parameter types with a syntax of their own.
type decoder interface {
	decode(n *node, path string) error
}

// Decode fills dst, a pointer to a struct, from the form. A field's tag names
// its parameter; ",required" refuses its absence and its emptiness, and the tag
// enum lists the allowed texts. Pointer fields stay nil when the parameter is
// absent. Embedded structs are read as if their fields stood in dst.
func (v Values) Decode(dst any) error {
	return decodeStruct(v.root, reflect.ValueOf(dst).Elem(), "")
}

func decodeStruct(n *node, dst reflect.Value, path string) error {
	fields := map[string]bool{}
	if err := decodeFields(n, dst, path, fields); err != nil {
		return err
	}
	var unknown []string
	for _, key := range n.keys {
		if !fields[key] {
			unknown = append(unknown, join(path, key))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	noun := "parameter"
	if len(unknown) > 1 {
		noun = "parameters"
	}
	return &Error{
		Code: CodeUnknown, Param: unknown[0],
		Message: fmt.Sprintf("Received unknown %s: %s", noun, strings.Join(unknown, ", ")),
	}
}

func decodeFields(n *node, dst reflect.Value, path string, known map[string]bool) error {
	for i := range dst.NumField() {
		field := dst.Type().Field(i)
		if field.Anonymous {
			if err := decodeFields(n, dst.Field(i), path, known); err != nil {
				return err
			}
			continue
		}
		name, required := strings.CutSuffix(field.Tag.Get("form"), ",required")
		known[name] = true
		param := join(path, name)
		child := n.children[name]
		if err := checkPresence(child, required, param); err != nil {
			return err
		}
		if child == nil {
			continue
		}
		if err := checkEnum(child, field, name, param); err != nil {
			return err
		}
		if err := decodeValue(child, dst.Field(i), param); err != nil {
			return err
		}
	}
	return nil
}

func checkPresence(n *node, required bool, param string) error {
	switch {
	case !required:
		return nil
	case n == nil:
		return &Error{Code: CodeMissing, Param: param, Message: fmt.Sprintf("Missing required param: %s.", param)}
	case n.text != nil && *n.text == "":
		return &Error{
			Code: CodeInvalidEmpty, Param: param,
			Message: fmt.Sprintf("You passed an empty string for '%s'. We assume empty values are an attempt to unset a parameter; "+
				"however '%s' cannot be unset. You should remove '%s' from your request or supply a non-empty value.", param, param, param),
		}
	}
	return nil
}

// checkEnum refuses a text that the field's enum lacks; the empty one unsets a
// pointer field.
func checkEnum(n *node, field reflect.StructField, name, param string) error {
	allowed := strings.Fields(field.Tag.Get("enum"))
	if len(allowed) == 0 || n.text == nil || slices.Contains(allowed, *n.text) {
		return nil
	}
	if *n.text == "" && field.Type.Kind() == reflect.Pointer {
		return nil
	}
	return &Error{Param: param, Message: fmt.Sprintf("Invalid %s: must be one of %s", name, strings.Join(allowed, ", "))}
}

func decodeValue(n *node, dst reflect.Value, path string) error {
	if d, ok := dst.Addr().Interface().(decoder); ok {
		return d.decode(n, path)
	}
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		return decodeValue(n, dst.Elem(), path)
	case reflect.Struct:
		if n.text != nil {
			return &Error{Param: path, Message: "Invalid object"}
		}
		return decodeStruct(n, dst, path)
	case reflect.Slice:
		return decodeSlice(n, dst, path)
	default:
		return decodeScalar(n, dst, path)
	}
}

func decodeSlice(n *node, dst reflect.Value, path string) error {
	if n.text != nil && *n.text == "" { // the empty string unsets a list
		dst.Set(reflect.MakeSlice(dst.Type(), 0, 0))
		return nil
	}
	if n.text != nil || !n.isList() {
		return &Error{Param: path, Message: "Invalid array"}
	}
	items := n.items()
	slice := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		if err := decodeValue(item, slice.Index(i), join(path, strconv.Itoa(i))); err != nil {
			return err
		}
	}
	dst.Set(slice)
	return nil
}

func decodeScalar(n *node, dst reflect.Value, path string) error {
	if n.text == nil {
		return &Error{Param: path, Message: "Invalid string: a text was expected, not a hash or a list"}
	}
	switch dst.Kind() {
	case reflect.String:
		dst.SetString(*n.text)
	case reflect.Bool:
		value, err := strconv.ParseBool(*n.text)
		if err != nil {
			return &Error{Param: path, Message: fmt.Sprintf("Invalid boolean: %s", *n.text)}
		}
		dst.SetBool(value)
	case reflect.Int64:
		value, err := strconv.ParseInt(*n.text, 10, 64)
		if err != nil {
			return &Error{Code: CodeInvalidInteger, Param: path, Message: fmt.Sprintf("Invalid integer: %s", *n.text)}
		}
		dst.SetInt(value)
	case reflect.Float64:
		value, err := strconv.ParseFloat(*n.text, 64)
		if err != nil {
			return &Error{Param: path, Message: fmt.Sprintf("Invalid decimal: %s", *n.text)}
		}
		dst.SetFloat(value)
	default:
		return fmt.Errorf("form: a parameter cannot have the type %s", dst.Type())
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "[" + name + "]"
}
