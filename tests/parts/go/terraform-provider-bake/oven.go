package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A resource that stands nowhere but in the state, and does as its switches say.
type oven struct{}

type ovenModel struct {
	Value     types.String  `tfsdk:"value"`
	Immutable types.String  `tfsdk:"immutable"`
	Sensitive types.String  `tfsdk:"sensitive"`
	Slow      types.Float64 `tfsdk:"slow"`
	Failing   types.String  `tfsdk:"failing"`
	Drifting  types.String  `tfsdk:"drifting"`
	Id        types.String  `tfsdk:"id"`
	Token     types.String  `tfsdk:"token"`
}

func (*oven) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "bake_oven"
}

func (*oven) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	stays := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"value": schema.StringAttribute{Optional: true, Description: "Changes in place."},
		"immutable": schema.StringAttribute{
			Optional: true, Description: "A change replaces the resource.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"sensitive": schema.StringAttribute{Optional: true, Sensitive: true},
		"slow":      schema.Float64Attribute{Optional: true, Description: "Seconds that each change takes."},
		"failing": schema.StringAttribute{
			Optional: true,
			Description: "What fails: plan, create, update, delete, read; or made, which fails when it was created " +
				"and leaves it tainted.",
		},
		"drifting": schema.StringAttribute{
			Optional: true, Description: "The value that reading finds in place of the one set, or gone: then it finds nothing.",
		},
		"id":    schema.StringAttribute{Computed: true, PlanModifiers: stays},
		"token": schema.StringAttribute{Computed: true, Sensitive: true, PlanModifiers: stays},
	}}
}

func (*oven) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
	if request.Plan.Raw.IsNull() {
		return
	}
	var wanted ovenModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	wanted.fail("plan", &response.Diagnostics)
}

func (*oven) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var wanted ovenModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	wanted.wait(ctx, &response.Diagnostics)
	wanted.fail("create", &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	wanted.Id = types.StringValue(fmt.Sprintf("oven-%d", time.Now().UnixNano()))
	wanted.Token = types.StringValue("token-of-" + wanted.Id.ValueString())
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
	wanted.fail("made", &response.Diagnostics)
}

func (*oven) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var known ovenModel
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	known.fail("read", &response.Diagnostics)
	switch found := known.Drifting.ValueString(); found {
	case "":
	case "gone":
		response.State.RemoveResource(ctx)
		return
	default:
		known.Value = types.StringValue(found)
	}
	response.Diagnostics.Append(response.State.Set(ctx, &known)...)
}

func (*oven) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var wanted ovenModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	wanted.wait(ctx, &response.Diagnostics)
	wanted.fail("update", &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
}

func (*oven) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var known ovenModel
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	known.wait(ctx, &response.Diagnostics)
	known.fail("delete", &response.Diagnostics)
}

func (o *ovenModel) fail(operation string, diagnostics *diag.Diagnostics) {
	if o.Failing.ValueString() == operation {
		diagnostics.AddError("the oven fails at "+operation, "It was told to.")
	}
}

// Wait as long as it was told, or until it is interrupted.
func (o *ovenModel) wait(ctx context.Context, diagnostics *diag.Diagnostics) {
	select {
	case <-time.After(time.Duration(o.Slow.ValueFloat64() * float64(time.Second))):
	case <-ctx.Done():
		diagnostics.AddError("the oven was interrupted", ctx.Err().Error())
	}
}
