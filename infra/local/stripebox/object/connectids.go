package object

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
