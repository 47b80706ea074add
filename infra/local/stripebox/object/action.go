package object

// NextAction is what a customer has to do before an intent can go on: here, to
// authenticate on a page.
type NextAction struct {
	RedirectToURL RedirectToURL `json:"redirect_to_url"`
	Type          string        `json:"type"`
}

// RedirectToURL is the page to send the customer to, and where it comes back.
type RedirectToURL struct {
	ReturnURL Text   `json:"return_url"`
	URL       string `json:"url"`
}
