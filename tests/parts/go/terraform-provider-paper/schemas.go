package main

import (
	"embed"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schemas/*.json
var written embed.FS

type schemas struct {
	provider  *tfprotov5.Schema
	resources map[string]*tfprotov5.Schema
	data      map[string]*tfprotov5.Schema
}

// As `terraform providers schema -json` writes them.
type writtenProvider struct {
	Provider  writtenSchema            `json:"provider"`
	Resources map[string]writtenSchema `json:"resource_schemas"`
	Data      map[string]writtenSchema `json:"data_source_schemas"`
}

type writtenSchema struct {
	Block writtenBlock `json:"block"`
}

type writtenBlock struct {
	Attributes map[string]writtenAttribute `json:"attributes"`
	Blocks     map[string]writtenNested    `json:"block_types"`
}

type writtenAttribute struct {
	Type      json.RawMessage `json:"type"`
	Required  bool            `json:"required"`
	Optional  bool            `json:"optional"`
	Computed  bool            `json:"computed"`
	Sensitive bool            `json:"sensitive"`
	WriteOnly bool            `json:"write_only"`
}

type writtenNested struct {
	Block   writtenBlock `json:"block"`
	Nesting string       `json:"nesting_mode"`
	Min     int64        `json:"min_items"`
	Max     int64        `json:"max_items"`
}

var nestings = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
}

func readSchemas(name string) (*schemas, error) {
	content, err := written.ReadFile("schemas/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var found writtenProvider
	if err := json.Unmarshal(content, &found); err != nil {
		return nil, err
	}
	made := &schemas{resources: map[string]*tfprotov5.Schema{}, data: map[string]*tfprotov5.Schema{}}
	if made.provider, err = found.Provider.schema(); err != nil {
		return nil, err
	}
	for kind, one := range found.Resources {
		if made.resources[kind], err = one.schema(); err != nil {
			return nil, err
		}
	}
	for kind, one := range found.Data {
		if made.data[kind], err = one.schema(); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (s writtenSchema) schema() (*tfprotov5.Schema, error) {
	block, err := s.Block.block()
	return &tfprotov5.Schema{Block: block}, err
}

func (b writtenBlock) block() (*tfprotov5.SchemaBlock, error) {
	made := &tfprotov5.SchemaBlock{}
	for _, name := range names(b.Attributes) {
		one := b.Attributes[name]
		kind, err := tftypes.ParseJSONType(one.Type) //nolint:staticcheck // what else reads a type that is written as JSON?
		if err != nil {
			return nil, err
		}
		made.Attributes = append(made.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: kind, Required: one.Required, Optional: one.Optional, Computed: one.Computed,
			Sensitive: one.Sensitive, WriteOnly: one.WriteOnly,
		})
	}
	for _, name := range names(b.Blocks) {
		one := b.Blocks[name]
		inner, err := one.Block.block()
		if err != nil {
			return nil, err
		}
		nested := &tfprotov5.SchemaNestedBlock{TypeName: name, Block: inner, Nesting: nestings[one.Nesting]}
		if one.Nesting != "single" {
			nested.MinItems, nested.MaxItems = one.Min, one.Max
		}
		made.BlockTypes = append(made.BlockTypes, nested)
	}
	return made, nil
}

func names[T any](of map[string]T) []string {
	found := make([]string, 0, len(of))
	for name := range of {
		found = append(found, name)
	}
	slices.Sort(found)
	return found
}
