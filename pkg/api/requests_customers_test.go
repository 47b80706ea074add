package api_test

import (
	"fmt"
	"strings"
	"testing"

	"billhook/pkg/api"
)

func TestCustomerRequests(t *testing.T) {
	t.Parallel()
	metadata := func(entries string) string { return `"metadata":` + entries }
	long := strings.Repeat("é", 500)
	for name, c := range map[string]struct {
		member string
		want   []string
	}{
		"an address":          {`"email":"ada@example.com"`, nil},
		"a plus":              {`"email":"ada+lamp@mail.example.com"`, nil},
		"no domain":           {`"email":"ada"`, []string{"body.email: value_error"}},
		"nobody":              {`"email":"@example.com"`, []string{"body.email: value_error"}},
		"two":                 {`"email":"ada@example.com, bo@example.com"`, []string{"body.email: value_error"}},
		"with a name":         {`"email":"Ada <ada@example.com>"`, []string{"body.email: value_error"}},
		"with a space":        {`"email":"ada lovelace@example.com"`, []string{"body.email: value_error"}},
		"with a line break":   {`"email":"ada@example.com\nBcc: bo@example.com"`, []string{"body.email: value_error"}},
		"too short":           {`"email":"a@"`, []string{"body.email: string_too_short"}},
		"too long":            {`"email":"` + strings.Repeat("a", 501) + `@example.com"`, []string{"body.email: string_too_long"}},
		"a number":            {`"email":7`, []string{"body.email: string_type"}},
		"no metadata":         {metadata(`null`), nil},
		"metadata, 48":        {metadata(entries(48)), nil},
		"metadata, 49":        {metadata(entries(49)), []string{"body.metadata: too_long"}},
		"a key of 40":         {metadata(`{"` + long[:80] + `":"x"}`), nil},
		"a key of 41":         {metadata(`{"` + long[:82] + `":"x"}`), []string{"body.metadata: value_error"}},
		"a value of 500":      {metadata(`{"k":"` + long + `"}`), nil},
		"a value of 501":      {metadata(`{"k":"` + long + `é"}`), []string{"body.metadata: value_error"}},
		"an empty value":      {metadata(`{"k":""}`), nil},
		"an empty key":        {metadata(`{"":"x"}`), []string{"body.metadata: value_error"}},
		"a bracket":           {metadata(`{"a[b":"x"}`), []string{"body.metadata: value_error"}},
		"the other bracket":   {metadata(`{"a]":"x"}`), []string{"body.metadata: value_error"}},
		"a value of no text":  {metadata(`{"k":1}`), []string{"body.metadata: dict_type"}},
		"a long name":         {`"name":"` + strings.Repeat("n", 257) + `"`, []string{"body.name: string_too_long"}},
		"a long description":  {`"description":"` + strings.Repeat("d", 5001) + `"`, []string{"body.description: string_too_long"}},
		"a long phone number": {`"phone":"` + strings.Repeat("1", 21) + `"`, []string{"body.phone: string_too_long"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, c.want, wrong[api.UpdateCustomerRequest](t, "{"+c.member+"}"))
			if !strings.HasPrefix(c.member, `"email"`) {
				c.member = `"email":"ada@example.com",` + c.member
			}
			compare(t, c.want, wrong[api.CreateCustomerRequest](t, "{"+c.member+"}"))
		})
	}
	compare(t, []string{"body.email: missing"}, wrong[api.CreateCustomerRequest](t, `{}`))
	compare(t, nil, wrong[api.UpdateCustomerRequest](t, `{}`))
}

func TestPaymentIntentRequest(t *testing.T) {
	t.Parallel()
	amount, currency := []string{"body.amount: value_error"}, []string{"body.currency: enum"}
	for name, c := range map[string]struct {
		amount, currency string
		want             []string
	}{
		"the least":           {"50", "usd", nil},
		"upper case":          {"50", "USD", nil},
		"less":                {"49", "usd", amount},
		"nothing":             {"0", "usd", amount},
		"less than that":      {"-50", "usd", amount},
		"the most":            {"99999999", "usd", nil},
		"more":                {"100000000", "usd", amount},
		"pence":               {"30", "gbp", nil},
		"yen":                 {"50", "jpy", nil},
		"fewer yen":           {"49", "jpy", amount},
		"twelve digits":       {"999999999999", "idr", nil},
		"thirteen digits":     {"1000000000000", "idr", amount},
		"whole fils":          {"1250", "kwd", nil},
		"parts of ten fils":   {"1255", "kwd", amount},
		"no currency":         {"100", "xxx", currency},
		"two letters":         {"100", "us", currency},
		"not a number":        {`"100"`, "usd", []string{"body.amount: int_type"}},
		"a fraction":          {"100.5", "usd", []string{"body.amount: int_type"}},
		"more than an int64":  {"18446744073709551616", "usd", []string{"body.amount: int_type"}},
		"both":                {"1.5", "xxx", []string{"body.amount: int_type", "body.currency: enum"}},
		"neither is too much": {"1000000000000", "xxx", currency},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, c.want, wrong[api.PaymentIntentRequest](t, fmt.Sprintf(`{"amount":%s,"currency":%q}`, c.amount, c.currency)))
		})
	}
	compare(t, []string{"body.amount: missing", "body.currency: missing"}, wrong[api.PaymentIntentRequest](t, `{}`))
}

func TestLineItems(t *testing.T) {
	t.Parallel()
	priced := func(amount, currency, more string) string {
		return fmt.Sprintf(`{"price_data":{"currency":%q,"unit_amount":%s,"product_data":{"name":"Lamp"}}%s}`, currency, amount, more)
	}
	list, item := []string{"body.line_items: value_error"}, []string{"body.line_items.0: value_error"}
	for name, c := range map[string]struct {
		lines string
		want  []string
	}{
		"a price":                       {`{"price":"price_1"}`, nil},
		"the least":                     {priced("50", "usd", ""), nil},
		"less":                          {priced("49", "usd", ""), list},
		"enough of them":                {priced("10", "usd", `,"quantity":5`), nil},
		"not enough of them":            {priced("10", "usd", `,"quantity":4`), list},
		"enough together":               {priced("20", "usd", "") + "," + priced("30", "USD", ""), nil},
		"little beside a price":         {priced("1", "usd", "") + `,{"price":"price_1"}`, nil},
		"the most":                      {priced("99999999", "usd", ""), nil},
		"more":                          {priced("100000000", "usd", ""), item},
		"too many":                      {priced("99999999", "usd", `,"quantity":2`), list},
		"more than an int64 together":   {strings.Repeat(priced("999999999999", "idr", `,"quantity":999999`)+",", 19) + priced("50", "idr", ""), list},
		"nothing":                       {priced("0", "usd", ""), item},
		"less than that":                {priced("-5", "usd", ""), item},
		"parts of a krona":              {priced("550", "isk", ""), item},
		"no currency":                   {priced("100", "xxx", ""), item},
		"two currencies":                {priced("100", "usd", "") + "," + priced("100", "eur", ""), list},
		"neither price nor data":        {`{"quantity":1}`, item},
		"both":                          {`{"price":"price_1",` + priced("100", "usd", "")[1:], item},
		"none of it":                    {`{"price":"price_1","quantity":0}`, item},
		"a product without a name":      {`{"price_data":{"currency":"usd","unit_amount":100,"product_data":{"name":""}}}`, item},
		"paid again, in a payment":      {`{"price_data":{"currency":"usd","unit_amount":100,"product":"prod_1","recurring":{"interval":"month"}}}`, item},
		"an interval that is not there": {`{"price_data":{"currency":"usd","unit_amount":100,"product":"prod_1","recurring":{"interval":"hour"}}}`, item},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"mode":"payment","success_url":"https://a.example/","cancel_url":"https://a.example/","line_items":[` + c.lines + `]}`
			compare(t, c.want, wrong[api.ServerSessionRequest](t, body))
		})
	}
}

func TestServerSessionRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		member string
		want   []string
	}{
		"as it is":       {`"mode":"setup"`, nil},
		"48 entries":     {`"mode":"setup","metadata":` + entries(48), nil},
		"49 entries":     {`"mode":"setup","metadata":` + entries(49), []string{"body.metadata: too_long"}},
		"no mode":        {`"mode":"gift"`, []string{"body.mode: enum"}},
		"no URL":         {`"mode":"setup","success_url":"nowhere"`, []string{"body.success_url: url_parsing"}},
		"plain http":     {`"mode":"setup","cancel_url":"http://a.example/"`, []string{"body.cancel_url: url_parsing"}},
		"a script":       {`"mode":"setup","cancel_url":"javascript:alert(1)"`, []string{"body.cancel_url: url_parsing"}},
		"no address":     {`"mode":"setup","customer_email":"ada"`, []string{"body.customer_email: value_error"}},
		"an empty id":    {`"mode":"setup","customer":""`, []string{"body.customer: string_too_short"}},
		"sold in setup":  {`"mode":"setup","line_items":[{"price":"price_1"}]`, []string{"body.line_items: value_error"}},
		"nothing sold":   {`"mode":"payment","line_items":[]`, []string{"body.line_items: missing"}},
		"21 lines":       {`"mode":"payment","line_items":[` + strings.Repeat(`{"price":"price_1"},`, 20) + `{"price":"price_1"}]`, []string{"body.line_items: too_long"}},
		"paid only once": {`"mode":"subscription","line_items":[{"price_data":{"currency":"usd","unit_amount":100,"product":"prod_1"}}]`, []string{"body.line_items.0: value_error"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"success_url":"https://a.example/","cancel_url":"https://a.example/",` + c.member + `}`
			compare(t, c.want, wrong[api.ServerSessionRequest](t, body))
		})
	}
}
