package main

import (
	"fmt"
	"net/url"
	"strings"
)

// settings are the function's environment variables.
type settings struct {
	LogLevel string `env:"LOG_LEVEL"`

	Issuer         string   `env:"CONSOLE_ISSUER"`
	ClientID       string   `env:"CONSOLE_CLIENT_ID"`
	Scope          string   `env:"CONSOLE_SCOPE" envDefault:"openid"`
	Audience       string   `env:"JWT_AUDIENCE"`
	APIBase        string   `env:"CONSOLE_API_BASE"`
	ConnectOrigins []string `env:"CONSOLE_CONNECT_ORIGINS"`

	StripeDashboard string `env:"CONSOLE_STRIPE_DASHBOARD" envDefault:"https://dashboard.stripe.com"`
	PricingPage     string `env:"CONSOLE_PRICING_PAGE"`
}

// public is what the app is told; nothing in it is secret.
type public struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
	Audience string `json:"audience"`
	APIBase  string `json:"api_base"`

	StripeDashboard string `json:"stripe_dashboard"`
	PricingPage     string `json:"pricing_page"`
}

func (s settings) public() public {
	return public{
		s.Issuer, s.ClientID, s.Scope, s.Audience, strings.TrimSuffix(s.APIBase, "/"),
		strings.TrimSuffix(s.StripeDashboard, "/"), s.PricingPage,
	}
}

// checkLinks refuses addresses that the app must not link to.
func (s settings) checkLinks() error {
	for _, address := range []string{s.StripeDashboard, s.PricingPage} {
		u, err := url.Parse(address)
		if address != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
			return fmt.Errorf("%q is no URL of a page to link to", address)
		}
	}
	return nil
}

// connections are the origins that the app may call besides its own.
func (s settings) connections() ([]string, error) {
	var origins []string
	for _, address := range append([]string{s.Issuer, s.APIBase}, s.ConnectOrigins...) {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme == "" || u.Host == "" {
			return nil, fmt.Errorf("%q is no URL of an issuer, an API or an origin", address)
		}
		origins = append(origins, u.Scheme+"://"+u.Host)
	}
	return origins, nil
}
