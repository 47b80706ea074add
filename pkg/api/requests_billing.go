package api

import "billhook/pkg/billing"

// UnmarshalJSON reads and validates the request; the default is filled in.
func (r *EnableBillingRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	gateway := billing.Gateway(*f.choice("gateway",
		string(billing.GatewayManaged), string(billing.GatewayConnect), string(billing.GatewayPlatform)))
	r.Gateway = &gateway
	return f.err()
}

// UnmarshalJSON reads and validates the request; the default is filled in.
func (r *ConnectRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Mode = orDefault(f.mode("mode"), billing.Test)
	r.ReturnURL = f.redirect("returnUrl")
	return f.err()
}

// UnmarshalJSON reads and validates the request; the default is filled in.
func (r *DeauthorizeRequest) UnmarshalJSON(b []byte) error {
	f := readFields(b)
	r.Mode = orDefault(f.mode("mode"), billing.Test)
	return f.err()
}
