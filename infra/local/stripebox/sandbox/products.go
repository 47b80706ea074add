package sandbox

import (
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type productParams struct {
	Active              *bool         `form:"active"`
	DefaultPrice        *string       `form:"default_price"`
	Description         *string       `form:"description"`
	Images              []string      `form:"images"`
	Metadata            form.Metadata `form:"metadata"`
	StatementDescriptor *string       `form:"statement_descriptor"`
	UnitLabel           *string       `form:"unit_label"`
	URL                 *string       `form:"url"`
}

type createProductParams struct {
	productParams
	ID               string       `form:"id"`
	Name             string       `form:"name,required"`
	DefaultPriceData *priceParams `form:"default_price_data"`
}

type updateProductParams struct {
	productParams
	Name *string `form:"name"`
}

func createProduct(c *call, p createProductParams) (any, error) {
	id := p.ID
	if id == "" {
		id = c.newID("prod_")
	}
	if c.Products.get(id) != nil {
		return nil, invalid("id", "resource_already_exists", "Product already exists.")
	}
	var price *object.Price
	if p.DefaultPriceData != nil {
		built, err := p.DefaultPriceData.build(c.account, "default_price_data", id)
		if err != nil {
			return nil, err
		}
		price = built
	}
	product := c.Products.add(c.newProduct(id, p.Name))
	p.apply(product)
	if price != nil {
		product.DefaultPrice = object.To(price.ID)
	}
	c.emit("product.created", product)
	if price != nil {
		c.emit("price.created", c.Prices.add(price))
	}
	return product, nil
}

// newProduct is an active product that is not stored yet.
func (a *account) newProduct(id, name string) *object.Product {
	return &object.Product{
		ID: id, Object: "product", Active: true, Created: a.now, Livemode: a.Livemode, Name: name, Type: "service", Updated: a.now,
	}
}

func (p *productParams) apply(product *object.Product) {
	if p.Active != nil {
		product.Active = *p.Active
	}
	if p.DefaultPrice != nil {
		product.DefaultPrice = object.To(*p.DefaultPrice)
	}
	setText(&product.Description, p.Description)
	if p.Images != nil {
		product.Images = p.Images
	}
	product.Metadata = p.Metadata.Apply(product.Metadata)
	setText(&product.StatementDescriptor, p.StatementDescriptor)
	setText(&product.UnitLabel, p.UnitLabel)
	setText(&product.URL, p.URL)
}

func retrieveProduct(c *call, _ struct{}) (any, error) { return c.Products.at(c.id) }

func updateProduct(c *call, p updateProductParams) (any, error) {
	product, err := c.Products.at(c.id)
	if err != nil {
		return nil, err
	}
	if p.DefaultPrice != nil && *p.DefaultPrice != "" {
		if _, err := c.Prices.ref(*p.DefaultPrice, "default_price"); err != nil {
			return nil, err
		}
	}
	c.update("product.updated", product, func() {
		p.apply(product)
		if p.Name != nil && *p.Name != "" {
			product.Name = *p.Name
		}
		product.Updated = c.now
	})
	return product, nil
}

type listProductsParams struct {
	listParams
	Active  *bool      `form:"active"`
	Created form.Range `form:"created"`
	IDs     []string   `form:"ids"`
}

func listProducts(c *call, p listProductsParams) (any, error) {
	return list(c, &c.Products, p.listParams, func(product *object.Product) bool {
		return (p.Active == nil || *p.Active == product.Active) && p.Created.Contains(product.Created) &&
			(len(p.IDs) == 0 || slices.Contains(p.IDs, product.ID))
	})
}
