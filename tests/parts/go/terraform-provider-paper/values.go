package main

import (
	"encoding/json"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type object = map[string]tftypes.Value

// What becomes of an attribute; its name is a path such as `user.password`.
type change func(name string, attribute *tfprotov5.SchemaAttribute, value tftypes.Value) (tftypes.Value, error)

// The value of a block with each of its attributes changed, those of blocks within too.
func changed(block *tfprotov5.SchemaBlock, value tftypes.Value, within string, with change) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	parts, err := fields(value)
	if err != nil {
		return value, err
	}
	for _, attribute := range block.Attributes {
		if parts[attribute.Name], err = with(within+attribute.Name, attribute, parts[attribute.Name]); err != nil {
			return value, err
		}
	}
	for _, nested := range block.BlockTypes {
		inner := within + nested.TypeName + "."
		if parts[nested.TypeName], err = changedAll(nested, parts[nested.TypeName], inner, with); err != nil {
			return value, err
		}
	}
	return tftypes.NewValue(value.Type(), parts), nil
}

func changedAll(
	nested *tfprotov5.SchemaNestedBlock, value tftypes.Value, within string, with change,
) (tftypes.Value, error) {
	if nested.Nesting == tfprotov5.SchemaNestedBlockNestingModeSingle {
		return changed(nested.Block, value, within, with)
	}
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	var items []tftypes.Value
	if err := value.As(&items); err != nil {
		return value, err
	}
	for number, item := range items {
		one, err := changed(nested.Block, item, within, with)
		if err != nil {
			return value, err
		}
		items[number] = one
	}
	return tftypes.NewValue(value.Type(), items), nil
}

func fields(value tftypes.Value) (object, error) {
	found := object{}
	return found, value.As(&found)
}

// The text of a field; empty where there is none.
func text(of object, name string) string {
	var found string
	if value, there := of[name]; there && value.IsKnown() && !value.IsNull() && value.Type().Is(tftypes.String) {
		_ = value.As(&found)
	}
	return found
}

func truth(of object, name string) bool {
	var found bool
	if value, there := of[name]; there && value.IsKnown() && !value.IsNull() {
		_ = value.As(&found)
	}
	return found
}

// As JSON knows it.
func plain(value tftypes.Value) (any, error) {
	if value.IsNull() {
		return nil, nil
	}
	kind := value.Type()
	switch {
	case kind.Is(tftypes.String):
		var found string
		err := value.As(&found)
		return found, err
	case kind.Is(tftypes.Bool):
		var found bool
		err := value.As(&found)
		return found, err
	case kind.Is(tftypes.Number):
		var found big.Float
		err := value.As(&found)
		return json.Number(found.Text('f', -1)), err
	case kind.Is(tftypes.List{}), kind.Is(tftypes.Set{}):
		var items []tftypes.Value
		if err := value.As(&items); err != nil {
			return nil, err
		}
		found := make([]any, len(items))
		for number, item := range items {
			one, err := plain(item)
			if err != nil {
				return nil, err
			}
			found[number] = one
		}
		return found, nil
	default:
		parts, err := fields(value)
		if err != nil {
			return nil, err
		}
		found := map[string]any{}
		for name, part := range parts {
			if found[name], err = plain(part); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
}
