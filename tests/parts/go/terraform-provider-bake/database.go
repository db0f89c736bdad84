package main

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jackc/pgx/v5"
)

// A database of its own owner, who logs in with the password.
type database struct{ reached servers }

type databaseModel struct {
	Name            types.String `tfsdk:"name"`
	Password        types.String `tfsdk:"password"`
	ConnectionLimit types.Int64  `tfsdk:"connection_limit"`
	Url             types.String `tfsdk:"url"`
}

func (*database) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "bake_database"
}

func (*database) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true, PlanModifiers: replace, Description: "Of the database and of its owner.",
		},
		"password":         schema.StringAttribute{Required: true, Sensitive: true},
		"connection_limit": schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(-1)},
		"url":              schema.StringAttribute{Computed: true, Sensitive: true, Description: "As the owner."},
	}}
}

func (d *database) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	d.reached, _ = request.ProviderData.(servers)
}

func (d *database) ImportState(
	ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse,
) {
	resource.ImportStatePassthroughID(ctx, path.Root("name"), request, response)
}

func (d *database) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var wanted databaseModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	if response.Diagnostics.HasError() {
		return
	}
	name := pgx.Identifier{wanted.Name.ValueString()}.Sanitize()
	if err := d.run(ctx, "CREATE ROLE "+name+" LOGIN", "CREATE DATABASE "+name+" OWNER "+name); err != nil {
		response.Diagnostics.AddError("the database cannot be created", err.Error())
		return
	}
	if err := d.settle(ctx, &wanted); err != nil {
		response.Diagnostics.AddError("the database was created, but cannot be set up", err.Error())
	}
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
}

func (d *database) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var known databaseModel
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	connection, err := pgx.Connect(ctx, d.reached.Postgres.ValueString())
	if err != nil {
		response.Diagnostics.AddError("PostgreSQL cannot be reached", err.Error())
		return
	}
	defer connection.Close(ctx)
	var limit int64
	asked := "SELECT datconnlimit FROM pg_database WHERE datname = $1"
	err = connection.QueryRow(ctx, asked, known.Name.ValueString()).Scan(&limit)
	if errors.Is(err, pgx.ErrNoRows) {
		response.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		response.Diagnostics.AddError("the database cannot be read", err.Error())
		return
	}
	known.ConnectionLimit = types.Int64Value(limit)
	response.Diagnostics.Append(response.State.Set(ctx, &known)...)
}

func (d *database) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var wanted databaseModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	if response.Diagnostics.HasError() {
		return
	}
	if err := d.settle(ctx, &wanted); err != nil {
		response.Diagnostics.AddError("the database cannot be changed", err.Error())
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, &wanted)...)
}

func (d *database) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var known databaseModel
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	name := pgx.Identifier{known.Name.ValueString()}.Sanitize()
	err := d.run(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "DROP ROLE IF EXISTS "+name)
	if err != nil {
		response.Diagnostics.AddError("the database cannot be dropped", err.Error())
	}
}
