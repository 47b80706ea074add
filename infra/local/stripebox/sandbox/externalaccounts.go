package sandbox

import (
	"net/http"
	"slices"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

type createBankParams struct {
	DefaultForCurrency *bool                   `form:"default_for_currency"`
	ExternalAccount    form.Either[bankParams] `form:"external_account"`
	Metadata           form.Metadata           `form:"metadata"`
}

// createExternalAccount makes a bank account the default of its currency if it
// is the first one, or if that is asked for.
func createExternalAccount(c *call, p createBankParams) (any, error) {
	a, err := c.accountAt(c.id)
	if err != nil {
		return nil, err
	}
	details, err := (&accountParams{ExternalAccount: p.ExternalAccount}).bank()
	if err != nil {
		return nil, err
	}
	if details == nil {
		return nil, missingParam("external_account")
	}
	wasDefault, _ := a.bankFor(details.currency, "") // there may be none yet
	bank := a.addBank(*details)
	bank.Metadata = p.Metadata.Apply(nil)
	if wasDefault != nil && (p.DefaultForCurrency == nil || !*p.DefaultForCurrency) {
		bank.DefaultForCurrency, wasDefault.DefaultForCurrency = false, true
	}
	a.emit("account.external_account.created", bank)
	a.update(eventAccountUpdated, a.Profile, a.review)
	return bank, nil
}

type updateBankParams struct {
	AccountHolderName  *string       `form:"account_holder_name"`
	AccountHolderType  *string       `form:"account_holder_type" enum:"company individual"`
	DefaultForCurrency *bool         `form:"default_for_currency"`
	Metadata           form.Metadata `form:"metadata"`
}

func updateExternalAccount(c *call, p updateBankParams) (any, error) {
	a, bank, err := c.externalAccount()
	if err != nil {
		return nil, err
	}
	if p.DefaultForCurrency != nil && !*p.DefaultForCurrency && bank.DefaultForCurrency {
		return nil, invalid("default_for_currency", "", "You cannot unset the default external account of a currency. Make another one the default instead.")
	}
	a.update("account.external_account.updated", bank, func() {
		setText(&bank.AccountHolderName, p.AccountHolderName)
		setText(&bank.AccountHolderType, p.AccountHolderType)
		bank.Metadata = p.Metadata.Apply(bank.Metadata)
		if p.DefaultForCurrency != nil && *p.DefaultForCurrency {
			a.makeDefault(bank)
		}
	})
	return bank, nil
}

// deleteExternalAccount refuses the default of a currency, as Stripe does.
func deleteExternalAccount(c *call, _ struct{}) (any, error) {
	a, bank, err := c.externalAccount()
	if err != nil {
		return nil, err
	}
	if bank.DefaultForCurrency {
		return nil, invalid("", "", "You cannot delete the default external account for your default currency. "+
			"Please make another external account the default using the `default_for_currency` param, and then delete this one.")
	}
	banks := &a.Profile.ExternalAccounts
	banks.Data = slices.DeleteFunc(banks.Data, func(other *object.BankAccount) bool { return other == bank })
	a.emit("account.external_account.deleted", bank)
	return &object.Deleted{ID: bank.ID, Object: "bank_account", Deleted: true}, nil
}

func retrieveExternalAccount(c *call, _ struct{}) (any, error) {
	_, bank, err := c.externalAccount()
	if err != nil {
		return nil, err
	}
	return bank, nil
}

// externalAccount is the bank account that the path names, and whose it is.
func (c *call) externalAccount() (*account, *object.BankAccount, error) {
	a, err := c.accountAt(c.id)
	if err != nil {
		return nil, nil, err
	}
	for _, bank := range a.Profile.ExternalAccounts.Data {
		if bank.ID == c.part {
			return a, bank, nil
		}
	}
	return nil, nil, noSuch(http.StatusNotFound, "external account", c.part, "id")
}

type listBanksParams struct {
	listParams
	Object string `form:"object" enum:"bank_account card"`
}

func listExternalAccounts(c *call, p listBanksParams) (any, error) {
	a, err := c.accountAt(c.id)
	if err != nil {
		return nil, err
	}
	if p.Object == "card" { // the sandbox pays out to banks only
		return listInOrder[*object.BankAccount](c, p.listParams, nil)
	}
	return listInOrder(c, p.listParams, a.Profile.ExternalAccounts.Data)
}
