package main

import (
	"context"
	"errors"
	"time"

	"github.com/miekg/dns"
)

// Send one signed update of the zone (RFC 2136, signed by RFC 8945).
func (r *record) update(ctx context.Context, fill func(*dns.Msg)) error {
	server := r.reached.Dns
	if server == nil {
		return errors.New("the provider was given no DNS server")
	}
	key := dns.Fqdn(server.KeyName.ValueString())
	message := new(dns.Msg)
	message.SetUpdate(dns.Fqdn(server.Zone.ValueString()))
	fill(message)
	message.SetTsig(key, dns.HmacSHA256, 300, time.Now().Unix())
	client := dns.Client{Net: "tcp", TsigSecret: map[string]string{key: server.Secret.ValueString()}}
	answer, _, err := client.ExchangeContext(ctx, message, server.Address.ValueString())
	if err != nil {
		return err
	}
	if answer.Rcode != dns.RcodeSuccess {
		return errors.New("the server answers " + dns.RcodeToString[answer.Rcode])
	}
	return nil
}

// The records of the name and type that the server answers with.
func (r *record) ask(ctx context.Context, known *recordModel) ([]dns.RR, error) {
	server := r.reached.Dns
	if server == nil {
		return nil, errors.New("the provider was given no DNS server")
	}
	message := new(dns.Msg)
	message.SetQuestion(dns.Fqdn(known.Name.ValueString()), dns.StringToType[known.Type.ValueString()])
	client := dns.Client{Net: "tcp"}
	answer, _, err := client.ExchangeContext(ctx, message, server.Address.ValueString())
	if err != nil {
		return nil, err
	}
	if answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError {
		return nil, errors.New("the server answers " + dns.RcodeToString[answer.Rcode])
	}
	return answer.Answer, nil
}
