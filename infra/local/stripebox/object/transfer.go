package object

// BalanceTransaction is https://docs.stripe.com/api/balance_transactions/object.
type BalanceTransaction struct {
	ID                string      `json:"id"`
	Object            string      `json:"object"`
	Amount            int64       `json:"amount"`
	AvailableOn       int64       `json:"available_on"`
	Created           int64       `json:"created"`
	Currency          string      `json:"currency"`
	Description       Text        `json:"description"`
	ExchangeRate      Null        `json:"exchange_rate"`
	Fee               int64       `json:"fee"`
	FeeDetails        []FeeDetail `json:"fee_details"`
	Net               int64       `json:"net"`
	ReportingCategory string      `json:"reporting_category"`
	Source            Ref         `json:"source"`
	Status            string      `json:"status"`
	Type              string      `json:"type"`
}

// FeeDetail is one fee of a balance transaction.
type FeeDetail struct {
	Amount      int64  `json:"amount"`
	Application Text   `json:"application"`
	Currency    string `json:"currency"`
	Description Text   `json:"description"`
	Type        string `json:"type"`
}

// ApplicationFee is https://docs.stripe.com/api/application_fees/object.
type ApplicationFee struct {
	ID                     string           `json:"id"`
	Object                 string           `json:"object"`
	Account                Ref              `json:"account"`
	Amount                 int64            `json:"amount"`
	AmountRefunded         int64            `json:"amount_refunded"`
	Application            string           `json:"application"`
	BalanceTransaction     Ref              `json:"balance_transaction"`
	Charge                 string           `json:"charge"`
	Created                int64            `json:"created"`
	Currency               string           `json:"currency"`
	FeeSource              FeeSource        `json:"fee_source"`
	Livemode               bool             `json:"livemode"`
	OriginatingTransaction Ref              `json:"originating_transaction"`
	Refunded               bool             `json:"refunded"`
	Refunds                List[*FeeRefund] `json:"refunds"`
}

// FeeSource is what an application fee was taken from.
type FeeSource struct {
	Charge string `json:"charge"`
	Type   string `json:"type"`
}

// FeeRefund is https://docs.stripe.com/api/fee_refunds/object.
type FeeRefund struct {
	ID                 string   `json:"id"`
	Object             string   `json:"object"`
	Amount             int64    `json:"amount"`
	BalanceTransaction Ref      `json:"balance_transaction"`
	Created            int64    `json:"created"`
	Currency           string   `json:"currency"`
	Fee                Ref      `json:"fee"`
	Metadata           Metadata `json:"metadata"`
}

// Transfer is https://docs.stripe.com/api/transfers/object.
type Transfer struct {
	ID                 string                  `json:"id"`
	Object             string                  `json:"object"`
	Amount             int64                   `json:"amount"`
	AmountReversed     int64                   `json:"amount_reversed"`
	BalanceTransaction Ref                     `json:"balance_transaction"`
	Created            int64                   `json:"created"`
	Currency           string                  `json:"currency"`
	Description        Text                    `json:"description"`
	Destination        Ref                     `json:"destination"`
	DestinationPayment string                  `json:"destination_payment"`
	Livemode           bool                    `json:"livemode"`
	Metadata           Metadata                `json:"metadata"`
	Reversals          List[*TransferReversal] `json:"reversals"`
	Reversed           bool                    `json:"reversed"`
	SourceTransaction  Ref                     `json:"source_transaction"`
	SourceType         string                  `json:"source_type"`
	TransferGroup      Text                    `json:"transfer_group"`
}

// TransferReversal is https://docs.stripe.com/api/transfer_reversals/object.
type TransferReversal struct {
	ID                       string   `json:"id"`
	Object                   string   `json:"object"`
	Amount                   int64    `json:"amount"`
	BalanceTransaction       Ref      `json:"balance_transaction"`
	Created                  int64    `json:"created"`
	Currency                 string   `json:"currency"`
	DestinationPaymentRefund Text     `json:"destination_payment_refund"`
	Metadata                 Metadata `json:"metadata"`
	SourceRefund             Ref      `json:"source_refund"`
	Transfer                 Ref      `json:"transfer"`
}

// Payout is https://docs.stripe.com/api/payouts/object.
type Payout struct {
	ID                        string   `json:"id"`
	Object                    string   `json:"object"`
	Amount                    int64    `json:"amount"`
	ApplicationFee            Null     `json:"application_fee"`
	ApplicationFeeAmount      Null     `json:"application_fee_amount"`
	ArrivalDate               int64    `json:"arrival_date"`
	Automatic                 bool     `json:"automatic"`
	BalanceTransaction        Ref      `json:"balance_transaction"`
	Created                   int64    `json:"created"`
	Currency                  string   `json:"currency"`
	Description               Text     `json:"description"`
	Destination               Ref      `json:"destination"`
	FailureBalanceTransaction Ref      `json:"failure_balance_transaction"`
	FailureCode               Text     `json:"failure_code"`
	FailureMessage            Text     `json:"failure_message"`
	Livemode                  bool     `json:"livemode"`
	Metadata                  Metadata `json:"metadata"`
	Method                    string   `json:"method"`
	OriginalPayout            Ref      `json:"original_payout"`
	ReconciliationStatus      string   `json:"reconciliation_status"`
	ReversedBy                Ref      `json:"reversed_by"`
	SourceType                string   `json:"source_type"`
	StatementDescriptor       Text     `json:"statement_descriptor"`
	Status                    string   `json:"status"`
	Type                      string   `json:"type"`
}

// IntentTransfer is what a payment intent will transfer; without an amount all
// of it.
type IntentTransfer struct {
	Amount      *int64 `json:"amount,omitempty"`
	Destination Ref    `json:"destination"`
}

// TransferData is what a charge or an invoice transfers; null stands for all.
type TransferData struct {
	Amount      *int64 `json:"amount"`
	Destination Ref    `json:"destination"`
}

// SubscriptionTransfer is the share of a subscription's invoices that is
// transferred; null stands for all.
type SubscriptionTransfer struct {
	AmountPercent *float64 `json:"amount_percent"`
	Destination   Ref      `json:"destination"`
}
