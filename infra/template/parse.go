package template

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document is a template in the form in which CloudFormation reads it: !Ref x
// is {"Ref": x}, !GetAtt x.y is {"Fn::GetAtt": "x.y"}, !Sub x is {"Fn::Sub": x}.
type Document struct {
	Parameters map[string]map[string]any `yaml:"Parameters"`
	Globals    map[string]map[string]any `yaml:"Globals"`
	Resources  map[string]Resource       `yaml:"Resources"`
}

// Resource is an entry of the Resources section.
type Resource struct {
	Type                string         `yaml:"Type"`
	Condition           string         `yaml:"Condition"`
	DeletionPolicy      string         `yaml:"DeletionPolicy"`
	UpdateReplacePolicy string         `yaml:"UpdateReplacePolicy"`
	Properties          map[string]any `yaml:"Properties"`
}

// Templates are the template that is deployed and the one that it nests.
type Templates struct {
	Main       Document
	Monitoring Document
}

// Parse reads a template.
func Parse(text []byte) (Document, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return Document{}, fmt.Errorf("parse template: %w", err)
	}
	longForm(&root)
	var document Document
	if err := root.Decode(&document); err != nil {
		return Document{}, fmt.Errorf("parse template: %w", err)
	}
	return document, nil
}

// longForm turns tags into mappings, in place.
func longForm(node *yaml.Node) {
	for _, child := range node.Content {
		longForm(child)
	}
	name, tagged := strings.CutPrefix(node.Tag, "!")
	if !tagged || strings.HasPrefix(name, "!") {
		return
	}
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	argument := *node
	argument.Tag = ""
	*node = yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: name}, &argument,
	}}
}

// Named is a resource with its logical id.
type Named struct {
	ID string
	Resource
}

// Of lists the resources of a type by logical id.
func (d Document) Of(resourceType string) []Named {
	var found []Named
	for id, r := range d.Resources {
		if r.Type == resourceType {
			found = append(found, Named{id, r})
		}
	}
	slices.SortFunc(found, func(a, b Named) int { return cmp.Compare(a.ID, b.ID) })
	return found
}

// at follows keys through mappings; nil where one is missing.
func at(value any, keys ...string) any {
	for _, key := range keys {
		mapping, _ := value.(map[string]any)
		value = mapping[key]
	}
	return value
}

// list is a value that may be given as one item or as several.
func list(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	default:
		return []any{value}
	}
}

// text is a value as one line, intrinsics included: "Ref JwtSecret",
// "Fn::GetAtt Table.Arn".
func text(value any) string {
	switch value := value.(type) {
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			parts = append(parts, name+" "+text(value[name]))
		}
		return strings.Join(parts, " ")
	case []any:
		parts := make([]string, len(value))
		for i, item := range value {
			parts[i] = text(item)
		}
		return strings.Join(parts, " ")
	case nil:
		return ""
	default:
		return fmt.Sprint(value)
	}
}
