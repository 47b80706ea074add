package sandbox

import (
	"maps"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// Statuses of disputes; those of inquiries begin with warningPrefix.
const (
	disputeNeedsResponse = "needs_response"
	disputeUnderReview   = "under_review"
	disputeWon           = "won"
	disputeLost          = "lost"

	warningPrefix = "warning_"
	warningClosed = "warning_closed"
)

// What decides a dispute when it is sent as the evidence uncategorized_text,
// https://docs.stripe.com/testing#evidence.
const (
	evidenceField   = "uncategorized_text"
	winningEvidence = "winning_evidence"
	losingEvidence  = "losing_evidence"
)

// responseTime is how long evidence is taken.
const responseTime = 9 * secondsPerDay

// disputed is how the holder of a test card disputes every charge of it.
type disputed struct {
	reason  string
	code    string // the network's
	inquiry bool   // no money is withdrawn yet
}

// disputeCharge opens the dispute that a charge meets with, if its card is one
// for that. An invoice's charge is disputed once the invoice is paid.
func (a *account) disputeCharge(charge *object.Charge) {
	how := a.PaymentMethods.get(string(charge.PaymentMethod)).card().disputed
	if how == nil || charge.Disputed {
		return
	}
	dispute := &object.Dispute{
		ID: a.newID("dp_"), Object: "dispute", Amount: charge.Amount, Charge: object.To(charge.ID), Created: a.now, Currency: charge.Currency,
		EvidenceDetails:    object.EvidenceDetails{DueBy: object.Unix(a.now + responseTime)},
		IsChargeRefundable: how.inquiry, Livemode: a.Livemode, PaymentIntent: charge.PaymentIntent, Reason: how.reason,
		PaymentMethodDetails: object.DisputedMethod{Type: "card", Card: object.DisputedCard{
			Brand: charge.PaymentMethodDetails.Card.Brand, CaseType: "chargeback", NetworkReasonCode: object.Text(how.code),
		}},
		Status: disputeNeedsResponse,
	}
	if how.inquiry {
		dispute.Status, dispute.PaymentMethodDetails.Card.CaseType = warningPrefix+disputeNeedsResponse, "inquiry"
	}
	a.Disputes.add(dispute)
	charge.Disputed = true
	if !how.inquiry {
		a.withdrawFunds(dispute)
	}
	a.emit("charge.dispute.created", dispute)
	if !how.inquiry {
		a.emit("charge.dispute.funds_withdrawn", dispute)
	}
}

func isInquiry(dispute *object.Dispute) bool { return strings.HasPrefix(dispute.Status, warningPrefix) }

func disputeClosed(dispute *object.Dispute) bool {
	return slices.Contains([]string{disputeWon, disputeLost, warningClosed}, dispute.Status)
}

// closeDispute ends a dispute; an inquiry is neither won nor lost.
func (a *account) closeDispute(dispute *object.Dispute, status string) {
	if isInquiry(dispute) {
		status = warningClosed
	}
	dispute.Status = status
	dispute.IsChargeRefundable = status != disputeLost
	if status == disputeWon {
		a.reinstateFunds(dispute)
	}
	a.emit("charge.dispute.closed", dispute)
	if status == disputeWon {
		a.emit("charge.dispute.funds_reinstated", dispute)
	}
}

// disputeTask is the loss of a dispute that nobody has answered.
func (a *account) disputeTask(dispute *object.Dispute) (task, bool) {
	unanswered := strings.HasSuffix(dispute.Status, disputeNeedsResponse) && a.onClockOf(a.ownerOf(dispute.ID))
	return task{int64(dispute.EvidenceDetails.DueBy), func() {
		dispute.EvidenceDetails.PastDue = true
		a.closeDispute(dispute, disputeLost)
	}}, unanswered
}

// withdrawFunds takes the money of a dispute out of the balance.
func (a *account) withdrawFunds(dispute *object.Dispute) {
	a.bookDispute(dispute, entry{amount: -dispute.Amount, category: "dispute", description: "Chargeback withdrawal for " + dispute.Charge.ID})
}

// reinstateFunds puts it back.
func (a *account) reinstateFunds(dispute *object.Dispute) {
	a.bookDispute(dispute, entry{amount: dispute.Amount, category: "dispute_reversal", description: "Chargeback reversal for " + dispute.Charge.ID})
}

func (a *account) bookDispute(dispute *object.Dispute, e entry) {
	e.kind, e.currency, e.source = typeAdjustment, dispute.Currency, dispute.ID
	booked := a.book(e)
	dispute.BalanceTransactions = append(dispute.BalanceTransactions, a.BalanceTransactions.get(booked.ID))
}

// chargedBack reports whether a dispute holds a charge's money, so that it
// cannot be refunded.
func (a *account) chargedBack(chargeID string) bool {
	for dispute := range a.Disputes.all {
		if dispute.Charge.ID == chargeID && !dispute.IsChargeRefundable {
			return true
		}
	}
	return false
}

func retrieveDispute(c *call, _ struct{}) (any, error) { return c.Disputes.at(c.id) }

type updateDisputeParams struct {
	Evidence form.Metadata `form:"evidence"` // its fields are texts, too
	Metadata form.Metadata `form:"metadata"`
	Submit   *bool         `form:"submit"`
}

// updateDispute changes the evidence and, unless it is only staged, submits it.
func updateDispute(c *call, p updateDisputeParams) (any, error) {
	dispute, err := c.Disputes.at(c.id)
	if err != nil {
		return nil, err
	}
	evidence := p.Evidence.Apply(dispute.Evidence)
	for _, name := range slices.Sorted(maps.Keys(evidence)) {
		if !slices.Contains(object.EvidenceFields(), name) {
			param := "evidence[" + name + "]"
			return nil, invalid(param, form.CodeUnknown, "Received unknown parameter: %s", param)
		}
	}
	sent := !maps.Equal(evidence, dispute.Evidence)
	if sent && disputeClosed(dispute) {
		return nil, invalid("", "", "This dispute is already closed.")
	}
	submitted := sent && (p.Submit == nil || *p.Submit) || p.Submit != nil && *p.Submit
	c.update("charge.dispute.updated", dispute, func() {
		dispute.Metadata = p.Metadata.Apply(dispute.Metadata)
		dispute.Evidence, dispute.EvidenceDetails.HasEvidence = evidence, len(evidence) > 0
		if submitted && !disputeClosed(dispute) {
			dispute.EvidenceDetails.SubmissionCount++
			dispute.Status = underReview(dispute)
		}
	})
	if submitted {
		c.decide(dispute)
	}
	return dispute, nil
}

func underReview(dispute *object.Dispute) string {
	if isInquiry(dispute) {
		return warningPrefix + disputeUnderReview
	}
	return disputeUnderReview
}

// decide ends a dispute whose evidence says how.
func (a *account) decide(dispute *object.Dispute) {
	if disputeClosed(dispute) {
		return
	}
	switch dispute.Evidence[evidenceField] {
	case winningEvidence:
		a.closeDispute(dispute, disputeWon)
	case losingEvidence:
		a.closeDispute(dispute, disputeLost)
	}
}

// closeDisputeNow gives a dispute up.
func closeDisputeNow(c *call, _ struct{}) (any, error) {
	dispute, err := c.Disputes.at(c.id)
	if err != nil {
		return nil, err
	}
	if disputeClosed(dispute) {
		return nil, invalid("", "", "This dispute is already closed.")
	}
	c.closeDispute(dispute, disputeLost)
	return dispute, nil
}

type listDisputesParams struct {
	listParams
	Charge        string     `form:"charge"`
	Created       form.Range `form:"created"`
	PaymentIntent string     `form:"payment_intent"`
}

func listDisputes(c *call, p listDisputesParams) (any, error) {
	return list(c, &c.Disputes, p.listParams, func(dispute *object.Dispute) bool {
		return matches(p.Charge, dispute.Charge.ID) && matches(p.PaymentIntent, dispute.PaymentIntent.ID) && p.Created.Contains(dispute.Created)
	})
}
