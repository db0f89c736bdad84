package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What the resources reach. Either half may be missing when no resource needs it.
type servers struct {
	Postgres types.String `tfsdk:"postgres"`
	Dns      *dnsServer   `tfsdk:"dns"`
}

type dnsServer struct {
	Address types.String `tfsdk:"address"`
	Zone    types.String `tfsdk:"zone"`
	KeyName types.String `tfsdk:"key_name"`
	Secret  types.String `tfsdk:"secret"`
}

type bake struct{}

func newProvider() provider.Provider { return bake{} }

func (bake) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "bake"
}

func (bake) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		Attributes: map[string]schema.Attribute{
			"postgres": schema.StringAttribute{
				Optional: true, Sensitive: true, Description: "How an administrator connects: a URL or key=value pairs.",
			},
			"dns": schema.SingleNestedAttribute{
				Optional:    true,
				Description: "A server that takes updates signed by hmac-sha256.",
				Attributes: map[string]schema.Attribute{
					"address":  schema.StringAttribute{Required: true, Description: "Host and port."},
					"zone":     schema.StringAttribute{Required: true},
					"key_name": schema.StringAttribute{Required: true},
					"secret":   schema.StringAttribute{Required: true, Sensitive: true},
				},
			},
		},
	}
}

func (bake) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var configured servers
	response.Diagnostics.Append(request.Config.Get(ctx, &configured)...)
	response.ResourceData = configured
}

func (bake) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &database{} },
		func() resource.Resource { return &record{} },
		func() resource.Resource { return &oven{} },
	}
}

func (bake) DataSources(context.Context) []func() datasource.DataSource { return nil }
