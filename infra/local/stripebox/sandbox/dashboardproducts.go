package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// productsPage lists what the account sells and takes a new product with its
// price.
type productsPage struct {
	frame
	Prices                   []priceRow // the newest first
	Typed                    map[string]string
	Currencies, Intervals    []choice
	Problem, Made, MadePrice string
}

type priceRow struct {
	ID, Product, Amount, Every string
	Active                     bool
}

// choice is an option of a select.
type choice struct {
	Value, Label string
	Selected     bool
}

func (s *Server) serveProducts(w http.ResponseWriter, r *http.Request, a *account) {
	a.begin()
	page := a.productsPage(url.Values{"currency": {"usd"}, "interval": {"month"}})
	if price := a.Prices.get(r.Form.Get("made")); price != nil {
		page.Made, page.MadePrice = a.Products.get(price.Product.ID).Name, price.ID
	}
	a.mu.Unlock()
	s.writeDashboard(w, http.StatusOK, "products", page)
}

func (a *account) productsPage(form url.Values) productsPage {
	page := productsPage{frame: frameOf("Products", a), Typed: map[string]string{}}
	for _, field := range []string{"name", "amount"} {
		page.Typed[field] = form.Get(field)
	}
	page.Currencies = choices(form.Get("currency"), "usd", "USD", "eur", "EUR", "gbp", "GBP", "jpy", "JPY", "kwd", "KWD")
	page.Intervals = choices(form.Get("interval"), "month", "Every month", "year", "Every year", "", "Once")
	for price := range a.Prices.all {
		page.Prices = append(page.Prices, priceRow{
			ID: price.ID, Product: a.Products.get(price.Product.ID).Name, Amount: formatMoney(price.UnitAmount, price.Currency),
			Every: everyOf(price), Active: price.Active,
		})
	}
	slices.Reverse(page.Prices)
	return page
}

// choices are made of pairs of a value and its label.
func choices(selected string, pairs ...string) []choice {
	var options []choice
	for pair := range slices.Chunk(pairs, 2) {
		options = append(options, choice{pair[0], pair[1], pair[0] == selected})
	}
	return options
}

func everyOf(price *object.Price) string {
	switch {
	case price.Recurring == nil:
		return "Once"
	case price.Recurring.IntervalCount == 1:
		return "Every " + price.Recurring.Interval
	}
	return fmt.Sprintf("Every %d %ss", price.Recurring.IntervalCount, price.Recurring.Interval)
}

// makeProduct takes the page's form: 303 back to the page.
func (s *Server) makeProduct(w http.ResponseWriter, r *http.Request, a *account) {
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	price, err := a.productOf(r.PostForm)
	if err != nil {
		page := a.productsPage(r.PostForm)
		page.Problem = err.Error()
		s.writeDashboard(w, http.StatusBadRequest, "products", page)
		return
	}
	target := url.URL{Path: dashboardBase(a.Livemode) + "/products", RawQuery: url.Values{"account": {a.id}, "made": {price}}.Encode()}
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

// productOf makes the product of a form and answers its price's id.
func (a *account) productOf(form url.Values) (price string, err error) {
	name, currency := strings.TrimSpace(form.Get("name")), form.Get("currency")
	if name == "" {
		return "", invalid("name", "", "The product needs a name.")
	}
	amount, err := minorUnits(form.Get("amount"), currency)
	if err != nil {
		return "", err
	}
	params := createProductParams{Name: name, DefaultPriceData: &priceParams{Currency: currency, UnitAmount: &amount}}
	if interval := form.Get("interval"); interval != "" {
		params.DefaultPriceData.Recurring = &recurringParams{Interval: interval}
	}
	made, err := createProduct(&call{account: a}, params)
	if err != nil {
		return "", err
	}
	return made.(*object.Product).DefaultPrice.ID, nil
}

// amountPattern is an amount as people write it: digits, and decimals behind a
// point.
var amountPattern = regexp.MustCompile(`^([0-9]{1,10})(?:\.([0-9]{1,3}))?$`)

// minorUnits reads an amount in the currency's own unit: 29, 29.00.
func minorUnits(text, currency string) (int64, error) {
	digits := minorDigits(currency)
	parts := amountPattern.FindStringSubmatch(strings.TrimSpace(text))
	if len(parts) != 3 || len(parts[2]) > digits {
		return 0, invalid("amount", "", "Write the amount as a number with at most %d decimals.", digits)
	}
	amount, err := strconv.ParseInt(parts[1]+parts[2]+strings.Repeat("0", digits-len(parts[2])), 10, 64)
	if err != nil || amount == 0 {
		return 0, invalid("amount", "", "The amount has to be more than nothing.")
	}
	return amount, nil
}
