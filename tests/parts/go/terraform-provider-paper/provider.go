package main

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The provider; what is not below no module asks for.
type paper struct {
	tfprotov5.ProviderServer
	name    string
	offered *schemas
	account account
}

func (p *paper) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	found := &tfprotov5.GetMetadataResponse{}
	for _, name := range names(p.offered.resources) {
		found.Resources = append(found.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for _, name := range names(p.offered.data) {
		found.DataSources = append(found.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return found, nil
}

func (p *paper) GetProviderSchema(
	context.Context, *tfprotov5.GetProviderSchemaRequest,
) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider: p.offered.provider, ResourceSchemas: p.offered.resources, DataSourceSchemas: p.offered.data,
	}, nil
}

func (p *paper) GetResourceIdentitySchemas(
	context.Context, *tfprotov5.GetResourceIdentitySchemasRequest,
) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (p *paper) PrepareProviderConfig(
	_ context.Context, request *tfprotov5.PrepareProviderConfigRequest,
) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (p *paper) ConfigureProvider(
	_ context.Context, request *tfprotov5.ConfigureProviderRequest,
) (*tfprotov5.ConfigureProviderResponse, error) {
	if p.name != "aws" {
		return &tfprotov5.ConfigureProviderResponse{}, nil
	}
	config, err := request.Config.Unmarshal(p.offered.provider.ValueType())
	if err != nil {
		return nil, err
	}
	given, err := fields(config)
	if err != nil {
		return nil, err
	}
	p.account = account{os.Getenv(accountVariable), text(given, "region")}
	for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if p.account.region == "" {
			p.account.region = os.Getenv(variable)
		}
	}
	var problem error
	if p.account.region == "" {
		problem = errors.New("invalid AWS Region: none is given")
	}
	if p.account.folder == "" {
		problem = errors.New("No valid credential sources found: on paper, " + accountVariable + " names the account's folder")
	}
	return &tfprotov5.ConfigureProviderResponse{Diagnostics: said(problem)}, nil
}

func (p *paper) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (p *paper) ValidateResourceTypeConfig(
	context.Context, *tfprotov5.ValidateResourceTypeConfigRequest,
) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p *paper) ValidateDataSourceConfig(
	context.Context, *tfprotov5.ValidateDataSourceConfigRequest,
) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (p *paper) UpgradeResourceState(
	_ context.Context, request *tfprotov5.UpgradeResourceStateRequest,
) (*tfprotov5.UpgradeResourceStateResponse, error) {
	as := p.offered.resources[request.TypeName].ValueType()
	value, err := request.RawState.Unmarshal(as)
	if err != nil {
		return nil, err
	}
	state, err := packed(as, value)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: state}, err
}

// The object as it is now; what is secret is not told again, but stays as the state has it.
func (p *paper) ReadResource(
	_ context.Context, request *tfprotov5.ReadResourceRequest,
) (*tfprotov5.ReadResourceResponse, error) {
	if p.name != "aws" {
		return &tfprotov5.ReadResourceResponse{NewState: request.CurrentState}, nil
	}
	schema := p.offered.resources[request.TypeName]
	state, err := request.CurrentState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	before, err := fields(state)
	if err != nil {
		return nil, err
	}
	found, err := p.account.find(request.TypeName, text(before, "id"), schema.ValueType())
	if err != nil {
		return &tfprotov5.ReadResourceResponse{Diagnostics: said(err)}, nil
	}
	now, err := untold(schema.Block, found, before)
	if err != nil {
		return nil, err
	}
	after, err := packed(schema.ValueType(), now)
	return &tfprotov5.ReadResourceResponse{NewState: after}, err
}

func untold(block *tfprotov5.SchemaBlock, value tftypes.Value, before object) (tftypes.Value, error) {
	return changed(block, value, "", func(
		name string, attribute *tfprotov5.SchemaAttribute, value tftypes.Value,
	) (tftypes.Value, error) {
		if held, top := before[name]; top && attribute.Sensitive && !attribute.Computed {
			return held, nil
		}
		return value, nil
	})
}

// What is not given and comes from AWS is not known yet.
func (p *paper) PlanResourceChange(
	_ context.Context, request *tfprotov5.PlanResourceChangeRequest,
) (*tfprotov5.PlanResourceChangeResponse, error) {
	schema := p.offered.resources[request.TypeName]
	prior, err := request.PriorState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	proposed, err := request.ProposedNewState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	if proposed.IsNull() {
		return &tfprotov5.PlanResourceChangeResponse{PlannedState: request.ProposedNewState}, nil
	}
	planned, err := changed(schema.Block, proposed, "", open)
	if err != nil {
		return nil, err
	}
	if planned, err = tagged(planned); err != nil {
		return nil, err
	}
	replaced, err := replacing(request.TypeName, prior, planned)
	if err != nil {
		return nil, err
	}
	state, err := packed(schema.ValueType(), planned)
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: state, RequiresReplace: replaced}, err
}

func open(_ string, attribute *tfprotov5.SchemaAttribute, value tftypes.Value) (tftypes.Value, error) {
	if attribute.Computed && value.IsNull() {
		return tftypes.NewValue(attribute.Type, tftypes.UnknownValue), nil
	}
	return value, nil
}

// All tags are those that are given, as there are none that the provider's settings add.
func tagged(planned tftypes.Value) (tftypes.Value, error) {
	parts, err := fields(planned)
	if err != nil {
		return planned, err
	}
	tags, has := parts["tags"]
	all, hasAll := parts["tags_all"]
	if !has || !hasAll {
		return planned, nil
	}
	if tags.IsNull() {
		tags = tftypes.NewValue(all.Type(), object{})
	}
	parts["tags_all"] = tags
	return tftypes.NewValue(planned.Type(), parts), nil
}

func replacing(kind string, prior, planned tftypes.Value) ([]*tftypes.AttributePath, error) {
	if prior.IsNull() {
		return nil, nil
	}
	before, err := fields(prior)
	if err != nil {
		return nil, err
	}
	after, err := fields(planned)
	if err != nil {
		return nil, err
	}
	var found []*tftypes.AttributePath
	for _, name := range names(after) {
		if slices.Contains(known[kind].Replaced, name) && !before[name].Equal(after[name]) {
			found = append(found, tftypes.NewAttributePath().WithAttributeName(name))
		}
	}
	return found, nil
}

func (p *paper) ApplyResourceChange(
	_ context.Context, request *tfprotov5.ApplyResourceChangeRequest,
) (*tfprotov5.ApplyResourceChangeResponse, error) {
	schema := p.offered.resources[request.TypeName]
	prior, err := request.PriorState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	planned, err := request.PlannedState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	if planned.IsNull() {
		return p.removed(request, prior)
	}
	made, err := p.account.told(request.TypeName, schema.Block, planned)
	if err == nil && p.name == "random" && prior.IsNull() {
		made, err = drawn(made)
	}
	if err == nil && p.name == "aws" {
		if prior.IsNull() {
			err = p.account.add(request.TypeName, made)
		} else {
			err = p.account.change(request.TypeName, made)
		}
	}
	if err != nil {
		return &tfprotov5.ApplyResourceChangeResponse{NewState: request.PriorState, Diagnostics: said(err)}, nil
	}
	state, err := packed(schema.ValueType(), made)
	return &tfprotov5.ApplyResourceChangeResponse{NewState: state}, err
}

func drawn(made tftypes.Value) (tftypes.Value, error) {
	parts, err := fields(made)
	if err != nil {
		return made, err
	}
	if parts["result"], err = password(parts); err != nil {
		return made, err
	}
	return tftypes.NewValue(made.Type(), parts), nil
}

func (p *paper) removed(
	request *tfprotov5.ApplyResourceChangeRequest, prior tftypes.Value,
) (*tfprotov5.ApplyResourceChangeResponse, error) {
	before, err := fields(prior)
	if err == nil && p.name == "aws" {
		err = p.account.remove(request.TypeName, before)
	}
	if err != nil {
		return &tfprotov5.ApplyResourceChangeResponse{NewState: request.PriorState, Diagnostics: said(err)}, nil
	}
	return &tfprotov5.ApplyResourceChangeResponse{NewState: request.PlannedState}, nil
}

func (p *paper) ImportResourceState(
	_ context.Context, request *tfprotov5.ImportResourceStateRequest,
) (*tfprotov5.ImportResourceStateResponse, error) {
	schema := p.offered.resources[request.TypeName]
	found, err := p.account.named(request.TypeName, request.ID, schema.ValueType())
	if err != nil {
		return &tfprotov5.ImportResourceStateResponse{Diagnostics: said(err)}, nil
	}
	nothing := object{}
	for _, attribute := range schema.Block.Attributes {
		nothing[attribute.Name] = tftypes.NewValue(attribute.Type, nil)
	}
	told, err := untold(schema.Block, found, nothing)
	if err != nil {
		return nil, err
	}
	state, err := packed(schema.ValueType(), told)
	imported := []*tfprotov5.ImportedResource{{TypeName: request.TypeName, State: state}}
	return &tfprotov5.ImportResourceStateResponse{ImportedResources: imported}, err
}

func (p *paper) ReadDataSource(
	_ context.Context, request *tfprotov5.ReadDataSourceRequest,
) (*tfprotov5.ReadDataSourceResponse, error) {
	schema := p.offered.data[request.TypeName]
	config, err := request.Config.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	asked, err := changed(schema.Block, config, "", open)
	if err != nil {
		return nil, err
	}
	made, err := p.account.told("data."+request.TypeName, schema.Block, asked)
	if err != nil {
		return nil, err
	}
	state, err := packed(schema.ValueType(), made)
	return &tfprotov5.ReadDataSourceResponse{State: state}, err
}

func packed(as tftypes.Type, value tftypes.Value) (*tfprotov5.DynamicValue, error) {
	made, err := tfprotov5.NewDynamicValue(as, value)
	return &made, err
}

func said(problem error) []*tfprotov5.Diagnostic {
	if problem == nil {
		return nil
	}
	return []*tfprotov5.Diagnostic{{Severity: tfprotov5.DiagnosticSeverityError, Summary: problem.Error()}}
}
