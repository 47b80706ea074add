package sandbox

import (
	"slices"
	"strconv"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// priceParams describe an amount: a price of its own, or the price_data of a
// line.
type priceParams struct {
	Currency    string           `form:"currency,required"`
	Product     string           `form:"product"`
	ProductData *productData     `form:"product_data"`
	Recurring   *recurringParams `form:"recurring"`
	TaxBehavior string           `form:"tax_behavior" enum:"exclusive inclusive unspecified"`
	UnitAmount  *int64           `form:"unit_amount"`
}

type productData struct {
	Description string        `form:"description"`
	Images      []string      `form:"images"`
	Metadata    form.Metadata `form:"metadata"`
	Name        string        `form:"name,required"`
}

type recurringParams struct {
	Interval        string `form:"interval,required" enum:"day week month year"`
	IntervalCount   *int64 `form:"interval_count"`
	TrialPeriodDays *int64 `form:"trial_period_days"`
	UsageType       string `form:"usage_type" enum:"licensed"`
}

type createPriceParams struct {
	priceParams
	Active    *bool         `form:"active"`
	LookupKey string        `form:"lookup_key"`
	Metadata  form.Metadata `form:"metadata"`
	Nickname  string        `form:"nickname"`
}

// build makes a price of the parameters under the given path, without storing
// it. The product is the given one, or the one that the parameters name or
// describe; a described product is stored.
func (p *priceParams) build(a *account, path, product string) (*object.Price, error) {
	if p.UnitAmount == nil {
		return nil, missingParam(under(path, "unit_amount"))
	}
	if *p.UnitAmount < 0 {
		return nil, invalid(under(path, "unit_amount"), codeInvalidInteger, "This value must be greater than or equal to 0.")
	}
	if len(p.Currency) != 3 {
		return nil, invalid(under(path, "currency"), "", "Invalid currency: %s.", p.Currency)
	}
	recurring, err := p.Recurring.build(path)
	if err != nil {
		return nil, err
	}
	if product == "" {
		product, err = p.findProduct(a, path)
		if err != nil {
			return nil, err
		}
	}
	price := &object.Price{
		ID: a.newID("price_"), Object: "price", Active: true, BillingScheme: "per_unit", Created: a.now,
		Currency: strings.ToLower(p.Currency), Livemode: a.Livemode, Product: object.To(product), Recurring: recurring,
		TaxBehavior: "unspecified", Type: "one_time",
		UnitAmount: *p.UnitAmount, UnitAmountDecimal: strconv.FormatInt(*p.UnitAmount, 10),
	}
	if recurring != nil {
		price.Type = "recurring"
	}
	if p.TaxBehavior != "" {
		price.TaxBehavior = p.TaxBehavior
	}
	return price, nil
}

func (p *priceParams) findProduct(a *account, path string) (string, error) {
	switch {
	case p.Product != "":
		product, err := a.Products.ref(p.Product, under(path, "product"))
		if err != nil {
			return "", err
		}
		return product.ID, nil
	case p.ProductData != nil:
		product := a.Products.add(a.newProduct(a.newID("prod_"), p.ProductData.Name))
		product.Description = object.Text(p.ProductData.Description)
		product.Images = p.ProductData.Images
		product.Metadata = p.ProductData.Metadata.Apply(nil)
		a.emit("product.created", product)
		return product.ID, nil
	}
	return "", missingParam(under(path, "product"))
}

func (p *recurringParams) build(path string) (*object.Recurring, error) {
	if p == nil {
		return nil, nil
	}
	count := int64(1)
	if p.IntervalCount != nil {
		count = *p.IntervalCount
	}
	if count < 1 {
		return nil, invalid(under(path, "recurring")+"[interval_count]", codeInvalidInteger, "This value must be greater than or equal to 1.")
	}
	return &object.Recurring{Interval: p.Interval, IntervalCount: count, TrialPeriodDays: p.TrialPeriodDays, UsageType: "licensed"}, nil
}

// under is the name of a parameter inside the one at path.
func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "[" + name + "]"
}

func createPrice(c *call, p createPriceParams) (any, error) {
	price, err := p.build(c.account, "", "")
	if err != nil {
		return nil, err
	}
	price.Active = p.Active == nil || *p.Active
	price.LookupKey = object.Text(p.LookupKey)
	price.Metadata = p.Metadata.Apply(nil)
	price.Nickname = object.Text(p.Nickname)
	c.emit("price.created", c.Prices.add(price))
	return price, nil
}

func retrievePrice(c *call, _ struct{}) (any, error) { return c.Prices.at(c.id) }

type updatePriceParams struct {
	Active    *bool         `form:"active"`
	LookupKey *string       `form:"lookup_key"`
	Metadata  form.Metadata `form:"metadata"`
	Nickname  *string       `form:"nickname"`
}

func updatePrice(c *call, p updatePriceParams) (any, error) {
	price, err := c.Prices.at(c.id)
	if err != nil {
		return nil, err
	}
	c.update("price.updated", price, func() {
		if p.Active != nil {
			price.Active = *p.Active
		}
		setText(&price.LookupKey, p.LookupKey)
		setText(&price.Nickname, p.Nickname)
		price.Metadata = p.Metadata.Apply(price.Metadata)
	})
	return price, nil
}

type listPricesParams struct {
	listParams
	Active     *bool      `form:"active"`
	Created    form.Range `form:"created"`
	Currency   string     `form:"currency"`
	LookupKeys []string   `form:"lookup_keys"`
	Product    string     `form:"product"`
	Type       string     `form:"type" enum:"one_time recurring"`
}

func listPrices(c *call, p listPricesParams) (any, error) {
	return list(c, &c.Prices, p.listParams, func(price *object.Price) bool {
		return (p.Active == nil || *p.Active == price.Active) && p.Created.Contains(price.Created) &&
			matches(p.Currency, price.Currency) && matches(p.Product, price.Product.ID) && matches(p.Type, price.Type) &&
			(len(p.LookupKeys) == 0 || slices.Contains(p.LookupKeys, string(price.LookupKey)))
	})
}
