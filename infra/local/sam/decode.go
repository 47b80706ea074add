package sam

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// decode evaluates the named properties of a resource, merged with the Globals
// of its kind, into a struct. Only those named are evaluated: a policy's ARNs,
// say, mean nothing locally.
func (e *evaluator) decode(item resource, target any, properties ...string) error {
	merged := map[string]any{}
	for _, name := range properties {
		value, err := e.property(item, name)
		if err != nil {
			return err
		}
		if value != nil {
			merged[name] = value
		}
	}
	if err := toNode(merged).Decode(target); err != nil {
		return fmt.Errorf("%s: Resources.%s: %w", e.doc.name, item.logicalID, err)
	}
	return nil
}

// globalsOf maps a resource type to its section of Globals.
func globalsOf(item resource) string {
	switch kind := child(item.node, "Type"); kind.Value {
	case "AWS::Serverless::Function":
		return "Function"
	case "AWS::Serverless::HttpApi":
		return "HttpApi"
	}
	return ""
}

// property evaluates one property and merges it with its Globals entry. It is
// nil where neither sets it.
func (e *evaluator) property(item resource, name string) (any, error) {
	var global, own any
	if section := globalsOf(item); section != "" {
		if node := field(e.doc.root, "Globals", section, name); node != nil {
			value, err := e.at("Globals."+section+"."+name+" (for "+item.logicalID+")", node)
			if err != nil {
				return nil, err
			}
			global = value
		}
	}
	if node := field(item.node, "Properties", name); node != nil {
		value, err := e.at(item.path(name), node)
		if err != nil {
			return nil, err
		}
		own = value
	}
	return merge(present(global), present(own)), nil
}

func present(value any) any {
	if _, absent := value.(noValue); absent {
		return nil
	}
	return value
}

// merge follows SAM's rule for Globals: maps are merged, lists are appended to,
// anything else is replaced.
func merge(global, own any) any {
	if global == nil {
		return own
	}
	switch own := own.(type) {
	case nil:
		return global
	case map[string]any:
		base, ok := global.(map[string]any)
		if !ok {
			return own
		}
		result := make(map[string]any, len(base)+len(own))
		for key, value := range base {
			result[key] = value
		}
		for key, value := range own {
			result[key] = merge(result[key], value)
		}
		return result
	case []any:
		base, ok := global.([]any)
		if !ok {
			return own
		}
		return append(append([]any{}, base...), own...)
	default:
		return own
	}
}

// toNode renders an evaluated value with untagged scalars, so that "30" decodes
// into an int field and "true" into a bool field.
func toNode(value any) *yaml.Node {
	switch value := value.(type) {
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range value {
			node.Content = append(node.Content, toNode(item))
		}
		return node
	case map[string]any:
		node := &yaml.Node{Kind: yaml.MappingNode}
		for key, item := range value {
			node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, toNode(item))
		}
		return node
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(value)}
	}
}
