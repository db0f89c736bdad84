package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/miekg/dns"
)

// All records of one name and type.
type record struct{ reached servers }

type recordModel struct {
	Name   types.String `tfsdk:"name"`
	Type   types.String `tfsdk:"type"`
	Ttl    types.Int64  `tfsdk:"ttl"`
	Values types.List   `tfsdk:"values"`
}

func (*record) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "bake_record"
}

func (*record) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"name":   schema.StringAttribute{Required: true, PlanModifiers: replace, Description: "The whole name, in the zone."},
		"type":   schema.StringAttribute{Required: true, PlanModifiers: replace},
		"ttl":    schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(60)},
		"values": schema.ListAttribute{Required: true, ElementType: types.StringType, Description: "Sorted."},
	}}
}

func (r *record) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.reached, _ = request.ProviderData.(servers)
}

func (r *record) ImportState(
	ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse,
) {
	name, kind, _ := strings.Cut(request.ID, "/")
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("name"), name)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("type"), kind)...)
}

func (r *record) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var wanted recordModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	if response.Diagnostics.HasError() {
		return
	}
	if err := r.write(ctx, &wanted, true); err != nil {
		response.Diagnostics.AddError("the record cannot be created", err.Error())
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
}

func (r *record) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var wanted recordModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	if response.Diagnostics.HasError() {
		return
	}
	if err := r.write(ctx, &wanted, false); err != nil {
		response.Diagnostics.AddError("the record cannot be changed", err.Error())
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
}

func (r *record) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var known recordModel
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	found, err := r.ask(ctx, &known)
	if err != nil {
		response.Diagnostics.AddError("the record cannot be read", err.Error())
		return
	}
	if len(found) == 0 {
		response.State.RemoveResource(ctx)
		return
	}
	values := make([]string, 0, len(found))
	for _, one := range found {
		values = append(values, strings.TrimPrefix(one.String(), one.Header().String()))
	}
	slices.Sort(values)
	list, diagnostics := types.ListValueFrom(ctx, types.StringType, values)
	response.Diagnostics.Append(diagnostics...)
	known.Values, known.Ttl = list, types.Int64Value(int64(found[0].Header().Ttl))
	response.Diagnostics.Append(response.State.Set(ctx, &known)...)
}

func (r *record) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var known recordModel
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	header := dns.RR_Header{Name: dns.Fqdn(known.Name.ValueString()), Rrtype: dns.StringToType[known.Type.ValueString()]}
	if err := r.update(ctx, func(message *dns.Msg) { message.RemoveRRset([]dns.RR{&dns.ANY{Hdr: header}}) }); err != nil {
		response.Diagnostics.AddError("the record cannot be deleted", err.Error())
	}
}

// Replace all records of the name and type; a new one must not be there yet (RFC 2136, section 2.4.3).
func (r *record) write(ctx context.Context, wanted *recordModel, isNew bool) error {
	var values []string
	wanted.Values.ElementsAs(ctx, &values, false)
	records := make([]dns.RR, 0, len(values))
	for _, value := range values {
		line := fmt.Sprintf("%s %d IN %s %s",
			dns.Fqdn(wanted.Name.ValueString()), wanted.Ttl.ValueInt64(), wanted.Type.ValueString(), value)
		one, err := dns.NewRR(line)
		if err != nil {
			return err
		}
		records = append(records, one)
	}
	return r.update(ctx, func(message *dns.Msg) {
		if isNew {
			message.RRsetNotUsed(records)
		}
		message.RemoveRRset(records)
		message.Insert(records)
	})
}
