package sandbox

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// maxExpandDepth is Stripe's own limit.
const maxExpandDepth = 4

// expand returns a copy of a resource or list in which the references at the
// given paths are replaced by what they refer to.
func (a *account) expand(result any, paths []string) (any, error) {
	if len(paths) == 0 {
		return result, nil
	}
	expanded, err := clone(result)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		segments := strings.Split(path, ".")
		if len(segments) > maxExpandDepth {
			return nil, invalid("expand", "", "You cannot expand more than %d levels of a property. Property: %s", maxExpandDepth, path)
		}
		if err := a.expandAt(reflect.ValueOf(expanded), segments, path); err != nil {
			return nil, err
		}
	}
	return expanded, nil
}

func (a *account) expandAt(v reflect.Value, segments []string, path string) error {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			a.attachIncludable(v.Interface(), segments[0])
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			if err := a.expandAt(v.Index(i), segments, path); err != nil {
				return err
			}
		}
		return nil
	}
	field, found := fieldByJSONName(v, segments[0])
	if !found {
		return invalid("expand", "", "This property cannot be expanded (%s).", path)
	}
	rest := segments[1:]
	if ref, ok := field.Addr().Interface().(*object.Ref); ok {
		return a.expandRef(ref, rest, path)
	}
	if refs, ok := field.Addr().Interface().(*object.Many[object.Ref]); ok {
		for i := range *refs {
			if err := a.expandRef(&(*refs)[i], rest, path); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rest) == 0 {
		if includable(field) {
			return nil
		}
		return invalid("expand", "", "This property cannot be expanded (%s).", path)
	}
	return a.expandAt(field, rest, path)
}

func (a *account) expandRef(ref *object.Ref, rest []string, path string) error {
	if ref.ID == "" {
		return nil
	}
	if ref.Object == nil {
		target := a.lookup(ref.ID)
		if target == nil {
			return nil
		}
		copied, err := clone(target)
		if err != nil {
			return err
		}
		ref.Object = copied
	}
	if len(rest) == 0 {
		return nil
	}
	return a.expandAt(reflect.ValueOf(ref.Object), rest, path)
}

// attachIncludable fills what Stripe leaves out unless expand asks for it.
func (a *account) attachIncludable(target any, property string) {
	a.attachDiscounts(target, property)
	switch target := target.(type) {
	case *object.Customer:
		switch property {
		case "invoice_credit_balance":
			target.InvoiceCreditBalance = &object.EmptyHash{}
		case "tax":
			target.Tax = &object.CustomerTax{AutomaticTax: "unrecognized_location"}
		}
	case *object.CheckoutSession:
		if session := a.Sessions.get(target.ID); property == "line_items" && session != nil {
			lines := object.NewList("/v1/checkout/sessions/"+target.ID+"/line_items", session.Lines)
			target.LineItems = &lines
		}
	case *object.Invoice:
		if property == "payments" {
			payments := object.NewList[*object.InvoicePayment]("/v1/invoices/payments", nil)
			if payment := a.paymentOf(target); payment != nil {
				payments.Data = append(payments.Data, payment)
			}
			target.Payments = &payments
		}
	case *object.Charge:
		if property == "refunds" {
			refunds := object.NewList("/v1/charges/"+target.ID+"/refunds", a.refundsOf(target.ID))
			target.Refunds = &refunds
		}
	}
}

// includable reports whether a property is one of those above.
func includable(field reflect.Value) bool {
	switch field.Interface().(type) {
	case *object.List[*object.LineItem], *object.List[*object.Refund], *object.List[*object.InvoicePayment], *object.EmptyHash, *object.CustomerTax, *object.CouponProducts,
		*object.CheckoutAmounts, *object.Many[object.CheckoutDiscount]:
		return true
	}
	return false
}

func fieldByJSONName(v reflect.Value, name string) (reflect.Value, bool) {
	if v.Kind() != reflect.Struct {
		return reflect.Value{}, false
	}
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if tag == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// clone is a deep copy of a resource, or of a list of resources.
func clone(v any) (any, error) {
	if page, ok := v.(*object.List[any]); ok {
		copied := *page
		copied.Data = make([]any, len(page.Data))
		for i, item := range page.Data {
			element, err := clone(item)
			if err != nil {
				return nil, err
			}
			copied.Data[i] = element
		}
		return &copied, nil
	}
	data, err := object.Encode(v)
	if err != nil {
		return nil, fmt.Errorf("copying a %T: %w", v, err)
	}
	copied := reflect.New(reflect.TypeOf(v).Elem())
	if err := json.Unmarshal(data, copied.Interface()); err != nil {
		return nil, fmt.Errorf("copying a %T: %w", v, err)
	}
	return copied.Interface(), nil
}
