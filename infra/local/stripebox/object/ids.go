package object

// ResourceID is the id under which the resource is stored.
func (c *Customer) ResourceID() string { return c.ID }

// ResourceID is the id under which the resource is stored.
func (p *Product) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (p *Price) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (p *PaymentMethod) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (c *CheckoutSession) ResourceID() string { return c.ID }

// ResourceID is the id under which the resource is stored.
func (s *Subscription) ResourceID() string { return s.ID }

// ResourceID is the id under which the resource is stored.
func (i *Invoice) ResourceID() string { return i.ID }

// ResourceID is the id under which the resource is stored.
func (s *SubscriptionSchedule) ResourceID() string { return s.ID }

// ResourceID is the id under which the resource is stored.
func (c *TestClock) ResourceID() string { return c.ID }

// ResourceID is the id under which the resource is stored.
func (i *InvoiceItem) ResourceID() string { return i.ID }

// ResourceID is the id under which the resource is stored.
func (p *PaymentIntent) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (c *Charge) ResourceID() string { return c.ID }

// ResourceID is the id under which the resource is stored.
func (r *Refund) ResourceID() string { return r.ID }

// ResourceID is the id under which the resource is stored.
func (e *Event) ResourceID() string { return e.ID }

// ResourceID is the id under which the resource is stored.
func (w *WebhookEndpoint) ResourceID() string { return w.ID }

// ResourceID is the id under which the resource is stored.
func (l *LineItem) ResourceID() string { return l.ID }

// ResourceID is the id under which the resource is stored.
func (l *InvoiceLine) ResourceID() string { return l.ID }

// ResourceID is the id under which the resource is stored.
func (s *PortalSession) ResourceID() string { return s.ID }

// ResourceID is the id under which the resource is stored.
func (c *PortalConfiguration) ResourceID() string { return c.ID }

// ResourceID is the id under which the resource is stored.
func (a *Account) ResourceID() string { return a.ID }

// ResourceID is the id under which the resource is stored.
func (b *BankAccount) ResourceID() string { return b.ID }

// ResourceID is the id under which the resource is stored.
func (t *BalanceTransaction) ResourceID() string { return t.ID }

// ResourceID is the id under which the resource is stored.
func (f *ApplicationFee) ResourceID() string { return f.ID }

// ResourceID is the id under which the resource is stored.
func (r *FeeRefund) ResourceID() string { return r.ID }

// ResourceID is the id under which the resource is stored.
func (t *Transfer) ResourceID() string { return t.ID }

// ResourceID is the id under which the resource is stored.
func (r *TransferReversal) ResourceID() string { return r.ID }

// ResourceID is the id under which the resource is stored.
func (p *Payout) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (s *SetupIntent) ResourceID() string { return s.ID }

// ResourceID is the id under which the resource is stored.
func (d *Dispute) ResourceID() string { return d.ID }

// ResourceID is the id under which the resource is stored.
func (p *InvoicePayment) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (c *Coupon) ResourceID() string { return c.ID }

// ResourceID is the id under which the resource is stored.
func (p *PromotionCode) ResourceID() string { return p.ID }

// ResourceID is the id under which the resource is stored.
func (d *Discount) ResourceID() string { return d.ID }
